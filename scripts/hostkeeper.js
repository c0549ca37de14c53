#!/usr/bin/env node
import { prepare } from './prepare.js';

await prepare({ build: true });
await import('../dist/main.js');
