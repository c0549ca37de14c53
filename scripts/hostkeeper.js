#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';
import { prepare } from './prepare.js';

// What is dead is collected once it is as much as what lives: left alone, V8 lets it grow to four times that.
setFlagsFromString('--heap-growing-percent=100');
await prepare({ build: true });
await import('../dist/main.js');
