import type { IQueueBackend } from 'bullmq';

/**
 * What hands out work. Ending an entry is asking for the next one too, and under load the only asking. Waiting is not:
 * on PostgreSQL it ends by a timer, whether or not anybody is there.
 */
const POLLS: ReadonlySet<PropertyKey> = new Set(['moveToActive', 'moveToCompleted', 'moveToFailed']);

/**
 * A backend that tells of every successful asking for work. BullMQ workers have been seen to stop asking, without
 * an error, after a reconnect; nothing else of theirs shows it.
 */
export function watchPolls<B extends IQueueBackend>(backend: B, onPoll: () => void): B {
  return new Proxy(backend, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      if (!POLLS.has(name)) return value.bind(target);
      return async (...args: unknown[]) => {
        const result: unknown = await value.apply(target, args);
        onPoll();
        return result;
      };
    },
    set: (target, name, value) => Reflect.set(target, name, value, target),
  });
}
