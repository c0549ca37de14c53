import type { Log } from '../log.js';
import { endsWithin } from './ends-within.js';
import { createJobQueue } from './queue.js';
import type { QueueAddress } from './queue-address.js';

export interface WatchdogOptions {
  address: QueueAddress;
  /** How long a worker may ask for nothing. */
  patienceMs: number;
  log: Pick<Log, 'alert'>;
  /** When work was last asked for. */
  lastPollAt: () => number;
  restart: () => void;
  /** Called when a new worker did not help either; without it, another new one is tried. */
  onStuck?: (() => void) | undefined;
}

const ANSWER_MS = 5_000;

/** Looks whether work is asked for: BullMQ's workers have been seen to stop without an error, after a reconnect. */
export function createWatchdog(options: WatchdogOptions): { stop: () => void } {
  const { patienceMs, log, lastPollAt, restart, onStuck } = options;
  let restarted = false;
  let looking = false;
  let stopped = false;
  const look = async () => {
    const isStuck = () => Date.now() - lastPollAt() >= patienceMs;
    if (!isStuck()) restarted = false;
    // While the queue itself is away there is nothing to ask, and nothing that a new worker would mend.
    if (!isStuck() || !(await answers(options.address)) || stopped || !isStuck()) return;
    const exits = restarted && onStuck !== undefined;
    const fields = { code: 'WORKER_STUCK', outcome: exits ? 'exit' : 'restart' };
    log.alert('WORKER_STUCK', fields, 'worker stopped asking for work');
    if (exits) return onStuck();
    restarted = true;
    restart();
  };
  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    void look().finally(() => (looking = false));
  }, patienceMs / 4);
  return {
    stop: () => {
      stopped = true;
      clearInterval(timer);
    },
  };
}

/** Asked over a connection made for it: those at hand may be what is broken. */
async function answers(address: QueueAddress): Promise<boolean> {
  const queue = createJobQueue({ address, onError: () => undefined });
  const answered = queue.outstanding().then(
    () => true,
    () => false,
  );
  const inTime = await endsWithin(answered, ANSWER_MS);
  void queue.close().catch(() => undefined);
  return inTime && (await answered);
}
