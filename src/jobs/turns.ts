import { ResourceBusy, type Deadline } from '../records/deadline.js';

/**
 * Runs work on one thing after what was asked for earlier about it; work on other things does not wait. What has not
 * begun by its deadline is refused then, and never begins. Throws ResourceBusy.
 */
export type Turns = <Result>(key: string, deadline: Deadline, work: () => Promise<Result>) => Promise<Result>;

export function createTurns(): Turns {
  const last = new Map<string, Promise<unknown>>();
  return (key, deadline, work) => {
    const waiting = createWaiting(deadline);
    const turn = (last.get(key) ?? Promise.resolve()).then(() => {
      waiting.end();
      return work();
    });
    const over: Promise<unknown> = turn
      .catch(() => undefined)
      .finally(() => {
        if (last.get(key) === over) last.delete(key);
      });
    last.set(key, over);
    return Promise.race([turn, waiting.inVain]);
  };
}

/** `end` throws when the deadline came first, of which `inVain` tells. */
function createWaiting(deadline: Deadline): { end: () => void; inVain: Promise<never> } {
  let isLate = false;
  let timer: NodeJS.Timeout | undefined;
  const inVain = new Promise<never>((_, reject) => {
    const giveUp = () => {
      isLate = true;
      reject(new ResourceBusy());
    };
    timer = setTimeout(giveUp, deadline.leftMs());
  });
  const end = () => {
    clearTimeout(timer);
    if (isLate) throw new ResourceBusy();
  };
  return { end, inVain };
}
