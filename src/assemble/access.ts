import { createFailureLimit, type FailureLimit } from '../http/failure-limit.js';
import { createIdentify } from '../http/identify.js';
import { createRateLimit, type LimitRate } from '../http/rate-limit.js';
import { createInForce } from '../records/in-force.js';
import { createTokenFinder, type FoundToken } from '../records/tokens.js';
import type { Core } from './core.js';

/** Who may come in, and how often; one for all doors of a process. */
export interface Access {
  identify: ReturnType<typeof createIdentify<FoundToken>>;
  /** Of sources, by their id. */
  limitRate: LimitRate;
  failures: FailureLimit;
  now: () => Date;
}

export function openAccess({ config, log, database: { pool } }: Core): Access {
  const now = () => new Date();
  const failures = createFailureLimit({ isInForce: createInForce(pool) });
  const identify = createIdentify({ findToken: createTokenFinder({ pool, log }), now, failures });
  return { identify, limitRate: createRateLimit(config.scimLimit), failures, now };
}
