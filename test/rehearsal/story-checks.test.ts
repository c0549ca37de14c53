import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createCast } from '../../src/rehearsal/story/cast.js';
import { checkAll } from '../../src/rehearsal/story/checks.js';
import type { Job, Shown } from '../../src/rehearsal/story/hostkeeper.js';
import { mustBeAtRest, type Stage } from '../../src/rehearsal/story/stage.js';
import { type RehearsalZoom, startRehearsalZoom } from '../../src/rehearsal/zoom.js';

const DONE: Job = { id: 'j', action: 'set', state: 'done', code: null, finishedAt: '2026-01-01T00:00:00Z' };
const RETRYING: Job = { ...DONE, state: 'retrying', code: 'ZOOM_TIMEOUT', finishedAt: null };

let zoom: RehearsalZoom;
beforeEach(async () => {
  zoom = await startRehearsalZoom();
});
afterEach(() => zoom.close());

/** One who holds a key, one who left with a key once theirs; as the service tells of them. */
function stageOf(holder: Shown, leaver: Shown, jobs: Job[] = [DONE]): Stage {
  const { nora, priya } = createCast();
  nora.keys = ['804613'];
  priya.keys = ['915724'];
  const keeper: Stage['keeper'] = {
    jobs: async () => jobs,
    lookUp: async (mail) => (mail === nora.mail ? holder : leaver),
    rerun: async () => undefined,
  };
  return { zoom, keeper, cast: { nora, priya } } as unknown as Stage;
}

async function wrongIn(stage: Stage): Promise<(string | undefined)[]> {
  return (await checkAll(stage)).filter((check) => !check.ok).map((check) => check.detail);
}

const HOLDS: Shown = { hostKey: '804613', settling: false };
const LEFT: Shown = { refused: 'LEFT' };

test('finds nothing wrong when look-up and Zoom agree, and a leaver has no key', async () => {
  zoom.users.add({ email: 'nora.quist@example.com', hostKey: '804613' });
  zoom.users.add({ email: 'priya.nair@example.com', hostKey: '620359' });
  expect(await wrongIn(stageOf(HOLDS, LEFT))).toEqual([]);
});

test('finds out about another key in Zoom, a key that settles, and none at all', async () => {
  const { id } = zoom.users.add({ email: 'nora.quist@example.com', hostKey: '331207' });
  expect(await wrongIn(stageOf(HOLDS, LEFT))).toEqual(['the key that look-up shows is not in Zoom']);
  zoom.users.known(id).hostKey = '804613';
  expect(await wrongIn(stageOf({ ...HOLDS, settling: true }, LEFT))).toEqual([
    'look-up says that the key is settling',
  ]);
  expect(await wrongIn(stageOf({ refused: 'NOT_HELD' }, LEFT))).toEqual(['look-up refuses with NOT_HELD']);
});

test('finds out about a leaver whose key is still shown, or still opens meetings', async () => {
  zoom.users.add({ email: 'nora.quist@example.com', hostKey: '804613' });
  expect(await wrongIn(stageOf(HOLDS, HOLDS))).toEqual(['look-up still shows a key']);
  zoom.users.add({ email: 'priya.nair@example.com', hostKey: '915724' });
  expect(await wrongIn(stageOf(HOLDS, LEFT))).toEqual(['Zoom still has a key of theirs']);
});

test('is not at rest while a job is unfinished, or a webhook of Zoom was turned away', async () => {
  const stage = stageOf(HOLDS, LEFT, [DONE, RETRYING]);
  await expect(mustBeAtRest(stage)).rejects.toThrow('unfinished jobs (set retrying ZOOM_TIMEOUT)');
  const delivery = { event: 'user.created', body: '', state: 'refused' as const, attempts: [] };
  const refused = { ...stage, zoom: { ...zoom, deliveries: [delivery] } };
  await expect(mustBeAtRest(refused)).rejects.toThrow("Zoom's user.created was answered");
});
