import type pg from 'pg';
import type { Durations } from '../lifecycle/durations.js';
import type { Log } from '../log.js';
import { forgetExpired } from '../records/access-tokens.js';
import { takeEnding } from '../records/credentials.js';

export interface CredentialCareOptions {
  pool: pg.Pool;
  durations: Pick<Durations, 'dayMs'>;
  log: Log;
  /** In milliseconds, from any start. */
  clock?: () => number;
}

const EACH_MS = 60_000;
const BATCH = 1_000;

/** Once a minute at most: says whose last credential ends soon, and deletes tokens that expired long ago. */
export function createCredentialCare(options: CredentialCareOptions): () => Promise<void> {
  const { pool, clock = () => performance.now() } = options;
  let nextAt = -Infinity;
  return async () => {
    if (clock() < nextAt) return;
    nextAt = clock() + EACH_MS;
    await tellEnding(options);
    while ((await forgetExpired(pool, BATCH)) === BATCH);
  };
}

/** A directory whose token has expired stops, and Entra ID then puts the whole connection into quarantine. */
async function tellEnding({ pool, durations, log }: CredentialCareOptions): Promise<void> {
  for (const { source, until, isUrgent } of await takeEnding(pool, durations.dayMs)) {
    const fields = { source, until: until?.toISOString() };
    if (isUrgent) log.alert('CREDENTIAL_EXPIRES', fields, 'last credential of a source about to expire');
    else log.warn({ code: 'CREDENTIAL_EXPIRES', ...fields }, 'last credential of a source expires soon');
  }
}
