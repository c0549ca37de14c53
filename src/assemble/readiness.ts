import type { RequestHandler } from 'express';
import { createHealth, type HealthCheck } from '../http/health.js';
import { isUnavailable } from '../records/database.js';
import { createMigratedCheck } from '../records/migrate.js';
import type { Core } from './core.js';

export interface Readiness {
  /** Answers `/livez` and `/readyz`. */
  health: RequestHandler;
  /** From now on nothing new may come. */
  drain(): void;
}

export interface ReadinessOptions {
  /** Whether notices come here. */
  web: boolean;
  /** Whether the work of this process, if it has any, goes on. */
  workGoesOn: () => boolean;
}

export function createReadiness(core: Core, options: ReadinessOptions): Readiness {
  let draining = false;
  const health = createHealth({
    checks: checksOf(core, options),
    isDraining: () => draining,
    log: core.log,
  });
  return { health, drain: () => void (draining = true) };
}

/** Notices are kept as long as the database is there; without queue or worker they wait, and nothing is lost. */
function checksOf({ database, queue }: Core, { web, workGoesOn }: ReadinessOptions): HealthCheck[] {
  const isMigrated = createMigratedCheck(database.pool);
  const askMigrations = () =>
    isMigrated().catch((error: unknown) => {
      // That is for the first check to say.
      if (!isUnavailable(error)) throw error;
    });
  const askWorker = async () => {
    if (!workGoesOn()) throw new Error('the worker has stopped asking for work');
  };
  return [
    { name: 'database', check: () => database.pool.query('SELECT 1') },
    { name: 'migrations', check: askMigrations },
    { name: 'queue', check: () => queue.outstanding(), mayFail: true },
    { name: 'worker', check: askWorker, mayFail: web },
  ];
}
