import { describe, expect, test } from '@jest/globals';
import { createBatch, type BatchOptions } from '../../src/jobs/batch.js';
import { waitFor } from '../harness/wait-for.js';

type Run = BatchOptions<number, string>['run'];

const fulfilled = (item: number) => ({ status: 'fulfilled' as const, value: `${item} done` });

/** A batch that notes each go, and ends it when told to. */
function held(more: Partial<BatchOptions<number, string>> = {}) {
  const goes: { items: number[]; end: () => void }[] = [];
  const run: Run = (items) =>
    new Promise((resolve) => goes.push({ items, end: () => resolve(items.map(fulfilled)) }));
  return { goes, ask: createBatch({ run, maxItems: 3, maxRunning: 1, ...more }) };
}

/** After everything that is due by now. */
const turn = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

function failing(run: Run): (item: number) => Promise<string> {
  return createBatch({ run, maxItems: 10, maxRunning: 1 });
}

describe('a batch', () => {
  test('answers one alone without waiting for others', async () => {
    const { goes, ask } = held();
    const answer = ask(1);
    await turn();
    expect(goes.map((go) => go.items)).toEqual([[1]]);
    goes[0]!.end();
    expect(await answer).toBe('1 done');
  });

  test('takes together what was asked for at once, and gives each its own answer', async () => {
    const run: Run = async (items) => items.map(fulfilled);
    const ask = createBatch({ run, maxItems: 10, maxRunning: 1 });
    expect(await Promise.all([3, 1, 2].map(ask))).toEqual(['3 done', '1 done', '2 done']);
  });

  test('gathers while a go is under way, at most so many, the longest waiting first', async () => {
    const { goes, ask } = held();
    const answers = [1].map(ask);
    await turn();
    answers.push(...[2, 3, 4, 5].map(ask));
    await turn();
    expect(goes).toHaveLength(1);
    for (let go = 0; go < 3; go++) {
      goes[go]!.end();
      await turn();
    }
    expect(goes.map((go) => go.items)).toEqual([[1], [2, 3, 4], [5]]);
    expect(await Promise.all(answers)).toHaveLength(5);
  });

  test('has at most so many goes at the same time', async () => {
    const { goes, ask } = held({ maxItems: 1, maxRunning: 2 });
    const answers = [1, 2, 3].map(ask);
    await turn();
    expect(goes.map((go) => go.items)).toEqual([[1], [2]]);
    goes[1]!.end();
    await turn();
    expect(goes.map((go) => go.items)).toEqual([[1], [2], [3]]);
    for (const go of goes) go.end();
    await Promise.all(answers);
  });

  test('begins no small go beside one under way, until what waits is half full', async () => {
    const { goes, ask } = held({ maxItems: 4, maxRunning: 2 });
    const answers = [1].map(ask);
    await turn();
    answers.push(ask(2));
    await turn();
    expect(goes.map((go) => go.items)).toEqual([[1]]);
    answers.push(ask(3));
    await turn();
    expect(goes.map((go) => go.items)).toEqual([[1], [2, 3]]);
    for (const go of goes) go.end();
    await Promise.all(answers);
  });

  test('holds nobody up behind a go that is stuck', async () => {
    const { goes, ask } = held({ maxItems: 4, maxRunning: 2 });
    const stuck = ask(1);
    await turn();
    const answer = ask(2);
    await waitFor('the second to be begun', () => goes.length === 2);
    goes[1]!.end();
    expect(await answer).toBe('2 done');
    goes[0]!.end();
    await stuck;
  });

  test('lets one that fails fail alone', async () => {
    const reason = new Error('the second is broken');
    const ask = failing(async (items) =>
      items.map((item) => (item === 2 ? { status: 'rejected', reason } : fulfilled(item))),
    );
    expect(await Promise.allSettled([1, 2, 3].map(ask))).toEqual([
      fulfilled(1),
      { status: 'rejected', reason },
      fulfilled(3),
    ]);
  });

  test.each<[string, Run]>([
    ['fails', async () => Promise.reject(new Error('no database'))],
    [
      'throws at once',
      () => {
        throw new Error('no database');
      },
    ],
  ])('tells all of a go that %s, and goes on', async (_, fail) => {
    let goes = 0;
    const ask = failing((items) => (++goes === 1 ? fail(items) : Promise.resolve(items.map(fulfilled))));
    const failed = await Promise.allSettled([1, 2].map(ask));
    expect(failed).toMatchObject([
      { reason: { message: 'no database' } },
      { reason: { message: 'no database' } },
    ]);
    expect(await ask(3)).toBe('3 done');
  });

  test('leaves nobody without an answer when a go gives too few', async () => {
    const ask = failing(async () => [fulfilled(1)]);
    const answers = await Promise.allSettled([1, 2].map(ask));
    expect(answers).toMatchObject([
      { value: '1 done' },
      { reason: new TypeError('a batch gave too few results') },
    ]);
  });
});
