import { NotSent, type ZoomFailure } from './failure.js';

/** Who goes first when calls wait: a person looking on, then leavers, joiners, and whoever was there before. */
export const PRIORITIES = ['interactive', 'clear', 'set', 'backfill'] as const;
export type Priority = (typeof PRIORITIES)[number];

export interface Grant {
  grantedAt: Date;
}

interface Waiter {
  admit(grant: Grant): void;
  turnAway(failure: ZoomFailure): void;
}

export interface WaitingLine {
  readonly length: number;
  /** Resolves when admitted; rejects when turned away, or with LEASE_TOO_SHORT once the signal is given. */
  join(priority: Priority, signal?: AbortSignal): Promise<Grant>;
  /** Admits whoever is first: by priority, then by arrival. False when nobody waits. */
  admitFirst(grant: Grant): boolean;
  turnAllAway(failure: ZoomFailure): void;
}

export function createWaitingLine(): WaitingLine {
  const waiting = new Map<Priority, Set<Waiter>>(PRIORITIES.map((priority) => [priority, new Set()]));
  const everybody = () => [...waiting.values()].flatMap((waiters) => [...waiters]);

  return {
    get length() {
      return [...waiting.values()].reduce((sum, waiters) => sum + waiters.size, 0);
    },
    join(priority, signal) {
      const waiters = waiting.get(priority)!;
      return new Promise((resolve, reject) => {
        const leave = () => {
          waiters.delete(waiter);
          signal?.removeEventListener('abort', abort);
        };
        const abort = () => waiter.turnAway(new NotSent('LEASE_TOO_SHORT'));
        const waiter: Waiter = {
          admit(grant) {
            leave();
            resolve(grant);
          },
          turnAway(failure) {
            leave();
            reject(failure);
          },
        };
        waiters.add(waiter);
        signal?.addEventListener('abort', abort);
        if (signal?.aborted) abort();
      });
    },
    admitFirst(grant) {
      const first = [...waiting.values()]
        .find((waiters) => waiters.size > 0)
        ?.values()
        .next().value;
      first?.admit(grant);
      return first !== undefined;
    },
    turnAllAway(failure) {
      for (const waiter of everybody()) waiter.turnAway(failure);
    },
  };
}
