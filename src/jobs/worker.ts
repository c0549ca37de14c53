import { isUnavailable } from '../records/database.js';
import { endsWithin } from './ends-within.js';
import type { JobQueue } from './queue.js';
import { createJobWorker, type JobWorker } from './queue-worker.js';
import type { QueueAddress } from './queue-address.js';
import { runJob } from './run.js';
import type { RunOptions } from './run-options.js';
import { createSweeper, type Sweeper, type SweepOptions } from './sweep.js';
import { createWatchdog } from './watchdog.js';

export interface WorkersOptions extends RunOptions, SweepOptions {
  address: QueueAddress;
  queue: JobQueue;
  concurrency: number;
  /** Called when a worker has stopped asking for work and a new one did not help: the process should end. Without it, new ones are tried on. */
  onStuck?: (() => void) | undefined;
}

export interface Workers {
  sweeper: Sweeper;
  /** When work was last asked for, by our own clock in milliseconds. */
  lastPollAt(): number;
  /** Takes no more work and ends what runs, for as long as the grace lasts; what is left over is tried again elsewhere. */
  drain(): Promise<void>;
}

/** One process's part in the work: a worker on the queue, a sweep, and a watch over both. */
export function startWorkers(options: WorkersOptions): Workers {
  const { durations, log } = options;
  const sweeper = createSweeper(options);
  let worker = startWorker(options, sweeper);
  const watchdog = createWatchdog({
    ...options,
    patienceMs: Math.max(MIN_PATIENCE_MS, durations.watchdogMs),
    lastPollAt: () => worker.lastPollAt(),
    restart: () => {
      void worker.abandon().catch(() => undefined);
      worker = startWorker(options, sweeper);
    },
  });
  void sweeper.sweep();
  return {
    sweeper,
    lastPollAt: () => worker.lastPollAt(),
    async drain() {
      watchdog.stop();
      const ending = Promise.all([sweeper.close(), worker.drain()]);
      if (await endsWithin(ending, durations.drainMs * DRAIN_PART)) return;
      log.warn({ code: 'DRAIN_CUT_SHORT' }, 'drain cut short: what is running will be tried again');
      await endsWithin(worker.abandon(), durations.drainMs * ABANDON_PART);
    },
  };
}

/** A worker with its hands full asks for no more: as long as that may last, since Zoom's limits know no clock speed. */
const MIN_PATIENCE_MS = 10_000;
/** What is left of the grace is for closing connections. */
const DRAIN_PART = 0.8;
const ABANDON_PART = 0.05;

function startWorker(options: WorkersOptions, sweeper: Sweeper): JobWorker {
  const { address, concurrency, clockSpeed, log } = options;
  const sweepNow = createIdleSweep(sweeper, options.durations.sweepMs / IDLE_SWEEPS);
  return createJobWorker({
    address,
    concurrency,
    clockSpeed,
    run: (jobId, attempt) => runLogged(jobId, attempt, options),
    onIdle: sweepNow,
    onError: (error) => log.warn({ err: error }, 'queue connection failed'),
  });
}

/** In the time from one sweep to the next. */
const IDLE_SWEEPS = 5;

/** Whoever has nothing to do looks for what the queue was not told of; a quick worker has nothing to do after each job. */
function createIdleSweep(sweeper: Sweeper, restMs: number): () => void {
  let nextAt = 0;
  return () => {
    const now = performance.now();
    if (now < nextAt) return;
    nextAt = now + restMs;
    void sweeper.sweep();
  };
}

/** What is thrown here was not recorded: the sweep finds the job again. */
async function runLogged(jobId: string, attempt: number, options: WorkersOptions): Promise<void> {
  try {
    await runJob(jobId, attempt, options);
  } catch (error) {
    const level = isUnavailable(error) ? 'warn' : 'error';
    options.log[level]({ err: error, jobId, attempt, code: 'ATTEMPT_BROKEN' }, 'attempt broke off');
  }
}
