import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { misbehave, playInZoom } from './in-zoom.js';
import { createMember } from './member.js';
import type { Script } from './script.js';
import type { Stage } from './stage.js';
import type { Step, Trouble } from './step.js';

/** How often what went wrong did. */
export type Tally = Record<string, number>;

/** Plays a script to its end: when this resolves, everything said is acknowledged and every store is back. */
export async function play(stage: Stage, { steps, cast }: Script): Promise<Tally> {
  const tally: Tally = {};
  const running: Promise<unknown>[] = [];
  const store = inTurn();
  for (const { mail, inZoom } of cast.map(({ number }) => createMember(number)))
    if (inZoom !== 'absent') stage.zoom.users.add({ email: mail, status: inZoom });
  const beganAt = performance.now();
  for (const step of steps) {
    await sleep(Math.max(0, beganAt + step.atMs - performance.now()));
    running.push(perform(stage, step, tally, store));
  }
  await Promise.all(running);
  return tally;
}

async function perform(stage: Stage, step: Step, tally: Tally, store: Turn): Promise<void> {
  switch (step.what) {
    case 'join':
    case 'leave':
    case 'return':
    case 'remove':
    case 'move':
    case 'rename':
      return stage.directories[step.by].tell(step);
    case 'kill':
    case 'redis-empty':
    case 'redis-kill':
    case 'postgres-restart':
    case 'outage':
    case 'fault':
      return makeTrouble(stage, step, tally, store);
    default:
      return playInZoom(stage.zoom, step);
  }
}

type Turn = (work: () => Promise<unknown>) => Promise<void>;

/** One store goes down at a time: two at once would say nothing of either. */
function inTurn(): Turn {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const done = last.then(work).then(() => undefined);
    last = done;
    return done;
  };
}

async function makeTrouble(stage: Stage, step: Trouble, tally: Tally, store: Turn): Promise<void> {
  const { zoom, crew, redis } = stage;
  const count = (name: string) => void (tally[name] = (tally[name] ?? 0) + 1);
  switch (step.what) {
    case 'kill':
      await crew.kill(step.which, step.downMs);
      return count('killed');
    case 'fault':
      count(step.fault);
      return misbehave(zoom, step);
    case 'outage':
      count('outage of seven hours');
      zoom.faults.outage(true);
      await sleep(step.forMs);
      return zoom.faults.outage(false);
    case 'redis-empty':
      count('redis emptied');
      return store(() => emptyRedis(redis!.url));
    case 'redis-kill':
      count('redis killed');
      return store(async () => {
        await redis!.kill();
        await sleep(step.downMs);
        await redis!.start();
      });
    case 'postgres-restart':
      count('postgres restarted');
      return store(() => stage.restartPostgres(step.downMs));
  }
}

async function emptyRedis(url: string): Promise<void> {
  const client = new Redis(url);
  await client.flushall().finally(() => client.disconnect());
}
