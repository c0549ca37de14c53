import { expect, test } from '@jest/globals';
import { createTurns } from '../../src/jobs/turns.js';

const patient = { leftMs: () => 60_000 };
const hasty = { leftMs: () => 5 };
const busy = { code: 'RESOURCE_BUSY' };

/** Work that ends when it is told to. */
function piece(done: string[], name: string) {
  let end = () => undefined as void;
  const ended = new Promise<void>((resolve) => (end = resolve));
  const work = async () => {
    done.push(`${name} begins`);
    await ended;
    done.push(`${name} ends`);
    return name;
  };
  return { work, end: () => end() };
}

test('work on one thing is done in the order that it was asked for, and work on another does not wait', async () => {
  const turns = createTurns();
  const done: string[] = [];
  const [first, second, other] = [piece(done, 'first'), piece(done, 'second'), piece(done, 'other')];
  const both = [turns('a', patient, first.work), turns('a', patient, second.work)];
  second.end();
  other.end();
  expect(await turns('b', patient, other.work)).toBe('other');
  first.end();
  expect(await Promise.all(both)).toEqual(['first', 'second']);
  expect(done.slice(-3)).toEqual(['first ends', 'second begins', 'second ends']);
});

test('work that fails says so to whoever asked for it, and the next is begun', async () => {
  const turns = createTurns();
  const failing = turns('a', patient, () => Promise.reject(new Error('no')));
  const next = turns('a', patient, () => Promise.resolve('yes'));
  await expect(failing).rejects.toThrow('no');
  expect(await next).toBe('yes');
});

test('whose turn has not come in time is refused while the one before goes on, and never begins', async () => {
  const turns = createTurns();
  const done: string[] = [];
  const [first, late, next] = [piece(done, 'first'), piece(done, 'late'), piece(done, 'next')];
  const begun = turns('a', patient, first.work);
  const refused = turns('a', hasty, late.work);
  const waiting = turns('a', patient, next.work);
  await expect(refused).rejects.toMatchObject(busy);
  expect(done).toEqual(['first begins']);
  next.end();
  first.end();
  expect(await Promise.all([begun, waiting])).toEqual(['first', 'next']);
  expect(done).toEqual(['first begins', 'first ends', 'next begins', 'next ends']);
});

test('what has begun in time has all the time that it takes', async () => {
  const turns = createTurns();
  const done: string[] = [];
  const first = piece(done, 'first');
  const begun = turns('a', hasty, first.work);
  await expect(turns('a', hasty, first.work)).rejects.toMatchObject(busy);
  first.end();
  expect(await begun).toBe('first');
});
