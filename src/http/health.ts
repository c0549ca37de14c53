import { type RequestHandler, Router } from 'express';
import type { Log } from '../log.js';
import { within } from './within.js';

export interface HealthCheck {
  /** Shown to whoever asks. */
  readonly name: string;
  /** Resolves when all is well. */
  readonly check: () => Promise<unknown>;
  /** Without it work is put off, but can be taken: it is named, and the answer stays 200. */
  readonly mayFail?: boolean;
}

export interface Health {
  readonly checks: readonly HealthCheck[];
  /** True from the moment we were told to stop: no new work may come. */
  readonly isDraining: () => boolean;
  readonly log: Log;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 2_000;

/**
 * `/livez`: the process answers. `/readyz`: it can take work; 503 with the names of the failing checks, or while it
 * drains; 200 and `degraded` when only what may fail does. However many ask at once, the checks run once.
 */
export function createHealth({ checks, isDraining, log, timeoutMs = TIMEOUT_MS }: Health): Router {
  const findFailing = shareRunning(() => failingOf(checks, timeoutMs));
  const noteChange = createChangeLog(log);

  const answerReadiness: RequestHandler = async (_request, response) => {
    response.setHeader('Cache-Control', 'no-store');
    if (isDraining()) return void response.status(503).json({ status: 'draining', code: 'DRAINING' });
    const failing = await findFailing();
    noteChange(failing);
    if (failing.length === 0) return void response.json({ status: 'ready' });
    const needed = failing.filter((name) => !checks.find((check) => check.name === name)?.mayFail);
    if (needed.length === 0) return void response.json({ status: 'degraded', failing });
    response.status(503).json({ status: 'failing', code: 'NOT_READY', failing });
  };

  return Router()
    .get(
      '/livez',
      (_request, response) => void response.set('Cache-Control', 'no-store').json({ status: 'alive' }),
    )
    .get('/readyz', answerReadiness);
}

async function failingOf(checks: readonly HealthCheck[], timeoutMs: number): Promise<string[]> {
  const isWell = await Promise.all(checks.map(({ check }) => passesInTime(check, timeoutMs)));
  return checks.filter((_check, index) => !isWell[index]).map(({ name }) => name);
}

function passesInTime(check: () => Promise<unknown>, timeoutMs: number): Promise<boolean> {
  const checking = Promise.resolve().then(check);
  return within(checking, timeoutMs, () => new Error('late')).then(
    () => true,
    () => false,
  );
}

function shareRunning<T>(run: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  return () => (running ??= run().finally(() => (running = undefined)));
}

/** Says it once when readiness is lost, changes its reason, or comes back. */
function createChangeLog(log: Log): (failing: readonly string[]) => void {
  let before = '';
  return (failing) => {
    const now = failing.join();
    if (now === before) return;
    if (now === '') log.info('readiness regained');
    else log.warn({ code: 'NOT_READY', failing }, 'readiness lost');
    before = now;
  };
}
