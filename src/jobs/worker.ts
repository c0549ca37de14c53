import { isUnavailable } from '../records/database.js';
import type { JobQueue } from './queue.js';
import { createJobWorker, type JobWorker } from './queue-worker.js';
import type { QueueAddress } from './queue-address.js';
import { runJob } from './run.js';
import type { RunOptions } from './run-options.js';
import { createSweeper, type Sweeper } from './sweep.js';

export interface WorkersOptions extends RunOptions {
  address: QueueAddress;
  queue: JobQueue;
  concurrency: number;
  /** Called when a worker has stopped asking for work and a new one did not help: the process should end. */
  onStuck: () => void;
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
  const watchdog = createWatchdog(
    options,
    () => worker.lastPollAt(),
    () => {
      void worker.abandon().catch(() => undefined);
      worker = startWorker(options, sweeper);
    },
  );
  void sweeper.sweep();
  return {
    sweeper,
    lastPollAt: () => worker.lastPollAt(),
    async drain() {
      watchdog.stop();
      await sweeper.close();
      const ended = await endsWithin(worker.drain(), durations.drainMs * DRAIN_PART);
      if (ended) return;
      log.warn('drain cut short: what is running will be tried again');
      await endsWithin(worker.abandon(), durations.drainMs * (1 - DRAIN_PART));
    },
  };
}

/** The grace's last part is for closing connections. */
const DRAIN_PART = 0.9;

function startWorker(options: WorkersOptions, sweeper: Sweeper): JobWorker {
  const { address, concurrency, clockSpeed, log } = options;
  return createJobWorker({
    address,
    concurrency,
    clockSpeed,
    run: (jobId, attempt) => runLogged(jobId, attempt, options),
    onIdle: () => void sweeper.sweep(),
    onError: (error) => log.warn({ err: error }, 'queue connection failed'),
  });
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

/** A worker with its hands full asks for no more: as long as that may last, since Zoom's limits know no clock speed. */
const MIN_PATIENCE_MS = 10_000;

function createWatchdog(
  { durations, queue, log, onStuck }: WorkersOptions,
  lastPollAt: () => number,
  restart: () => void,
) {
  const patienceMs = Math.max(MIN_PATIENCE_MS, durations.watchdogMs);
  let restarted = false;
  const look = async () => {
    if (Date.now() - lastPollAt() < patienceMs) {
      restarted = false;
      return;
    }
    const reachable = await queue.outstanding().then(
      () => true,
      () => false,
    );
    // While the queue itself is away there is nothing to ask.
    if (!reachable) return;
    log.error(
      { alert: 'WORKER_STUCK', outcome: restarted ? 'exit' : 'restart' },
      'worker stopped asking for work',
    );
    if (restarted) return onStuck();
    restarted = true;
    restart();
  };
  const timer = setInterval(() => void look(), patienceMs / 4);
  return { stop: () => clearInterval(timer) };
}

async function endsWithin(work: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => (timer = setTimeout(resolve, ms, false)));
  const ended = work.then(
    () => true,
    () => true,
  );
  return Promise.race([ended, late]).finally(() => clearTimeout(timer));
}
