import type pg from 'pg';
import type { Log } from '../log.js';
import type { Durations } from '../lifecycle/durations.js';
import type { HostKeys } from '../records/host-keys.js';
import type { ZoomClient } from '../zoom/client.js';
import type { Brake } from './brake.js';
import type { Tell } from './relay.js';

/** What carrying out an attempt takes. */
export interface RunOptions {
  pool: pg.Pool;
  keys: HostKeys;
  zoom: ZoomClient;
  tell: Tell;
  durations: Durations;
  clockSpeed: number;
  waitForZoomDays: number;
  newId: () => string;
  brake: Brake;
  newLeaseToken: () => string;
  random: () => number;
  log: Log;
  /** For tests that kill the process at a named place. */
  failpoint: (name: string) => void;
}
