import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { goLive } from '../../src/jobs/go-live.js';
import { lookUp } from '../../src/jobs/look-up.js';
import type { LifecycleEvent } from '../../src/lifecycle/event.js';
import { attempt, onlyJob, unfinished } from '../harness/attempts.js';
import { addSource, intakeOf, joined, left, told, zoomSaid, zoomShowed } from '../harness/people.js';
import { startCore, type TestCore } from '../harness/service.js';

let service: TestCore;
let live: string;
let people = 0;

beforeAll(async () => {
  service = await startCore({}, { workers: false });
  live = await addSource(service.core, 'scim', 'live');
});
afterAll(() => service.close());

const say = (sourceId: string, ...events: LifecycleEvent[]) =>
  service.core.acceptor.accept(intakeOf(sourceId, ...events));

async function observed(kind: string): Promise<string> {
  const id = await addSource(service.core, kind, `${kind}-${++people}`);
  await setObserved(id, true);
  return id;
}

const setObserved = (id: string, isObserved: boolean) =>
  service.core.database.prisma.source.update({ where: { id }, data: { observed: isObserved } });

const oktaId = (value: string) => ({ identifiers: [{ kind: 'okta-id' as const, value }] });

/** Whom the live source vouches for, with a key of ours in Zoom. */
async function holder() {
  const user = service.zoom.users.add({ email: `person${++people}@example.com` });
  await say(live, joined(user.email, oktaId(`okta of ${user.email}`)));
  const job = await onlyJob(service, user.email);
  expect(await attempt(service, job.id)).toMatchObject({ state: 'done' });
  return user;
}

type Holder = Awaited<ReturnType<typeof holder>>;

const keysOf = (user: Holder) =>
  service.core.database.prisma.hostKeyRow.findMany({ where: { zoomUserId: user.id } });
const look = async (user: Holder) =>
  lookUp({ mail: user.email }, { pool: service.core.database.pool, keys: service.core.keys });

type Case = [what: string, kind: 'scim' | 'zoom', events: (a: Holder, b: Holder) => LifecycleEvent[]];

const CASES: Case[] = [
  ['somebody has left', 'scim', (a) => [left(a.email)]],
  [
    'is transferred',
    'scim',
    (a) => ['x', 'y'].map((department) => told(a.email, { attributes: { department } })),
  ],
  ['has a key that is known to others', 'scim', (a) => [told(a.email, { type: 'exposed' })]],
  [
    'has the mail of somebody else',
    'scim',
    (a) => [joined(a.email, { record: 'another', ...oktaId('of another') })],
  ],
  ['is somebody else as well', 'scim', (a, b) => [joined(a.email, oktaId(`okta of ${b.email}`))]],
  [
    'has another mail',
    'scim',
    (a, b) => [joined(a.email), told(b.email, { record: `record of ${a.email}` })],
  ],
  ['is deactivated in Zoom', 'zoom', (a) => [zoomSaid(a, 'inactive')]],
  ['is gone from Zoom', 'zoom', (a) => [zoomSaid(a, 'active'), zoomSaid(a, 'gone')]],
  [
    'gave their Zoom user to another',
    'zoom',
    (a, b) => [zoomSaid(a, 'active'), { ...told(b.email), record: a.id }],
  ],
  [
    'has a foreign key',
    'zoom',
    (a) => ['482915', '482916', '482917'].map((key) => zoomShowed(service.core, a, key)),
  ],
  ['has a second Zoom user', 'zoom', (a) => [zoomSaid({ id: `zz-${a.id}`, email: a.email }, 'active')]],
];

describe('an observed source that says', () => {
  test.each(CASES)('%s starts no write, and look-up shows the key as before', async (_, kind, events) => {
    const [a, b] = [await holder(), await holder()];
    const before = [await keysOf(a), await keysOf(b), await look(a), await look(b)];
    const { events: taken } = await say(await observed(kind), ...events(a, b));
    expect(taken.map(({ outcome }) => outcome)).not.toContain('rejected');
    for (const { email } of [a, b]) expect(await unfinished(service, email)).toEqual([]);
    expect([await keysOf(a), await keysOf(b), await look(a), await look(b)]).toEqual(before);
    // Nor does the next decision, whatever it is made for.
    await say(live, told(a.email, { name: 'Ann' }), told(b.email, { name: 'Ben' }));
    for (const { email } of [a, b]) expect(await unfinished(service, email)).toEqual([]);
  });

  test('a Zoom user arrives does not wake the set that waits for it', async () => {
    const email = `person${++people}@example.com`;
    await say(live, joined(email));
    const waiting = await onlyJob(service, email);
    expect(await attempt(service, waiting.id)).toMatchObject({ state: 'waiting' });
    await say(await observed('zoom'), zoomSaid({ id: `z-${email}`, email }, 'active'));
    expect(await onlyJob(service, email)).toMatchObject({
      id: waiting.id,
      state: 'waiting',
      zoomUserId: null,
    });
  });

  test('somebody unknown has left gives look-up nothing to tell', async () => {
    const email = `person${++people}@example.com`;
    await say(await observed('scim'), left(email));
    expect(await look({ email } as Holder)).toMatchObject({ outcome: 'refused', code: 'NOT_HELD' });
  });
});

describe('going live makes up for what was only heard', () => {
  async function goLiveWith(kind: 'scim' | 'zoom', ...events: LifecycleEvent[]) {
    const id = await observed(kind);
    await say(id, ...events);
    const forecast = await goLive({ id, kind, everybody: false }, { ...service.run, dryRun: true });
    await setObserved(id, false);
    const done = await goLive({ id, kind, everybody: false }, service.run);
    expect(done).toEqual(forecast);
    const again = await goLive({ id, kind, everybody: false }, service.run);
    expect({ set: again.set, clear: again.clear, rotate: again.rotate }).toEqual({
      set: 0,
      clear: 0,
      rotate: 0,
    });
    return done;
  }

  test('a leaver is cleared', async () => {
    const user = await holder();
    expect(await goLiveWith('scim', left(user.email))).toMatchObject({ people: 1, clear: 1 });
    expect(await onlyJob(service, user.email)).toMatchObject({
      action: 'clear',
      state: 'queued',
      priority: 4,
    });
  });

  test('a Zoom user who is deactivated is cleared, and a set waits for another', async () => {
    const user = await holder();
    const removed = { ...zoomSaid(user, 'inactive') };
    expect(await goLiveWith('zoom', removed)).toMatchObject({ people: 1, clear: 1, set: 0 });
  });

  test('a set that waits for Zoom is given the user that Zoom told of', async () => {
    const email = `person${++people}@example.com`;
    await say(live, joined(email));
    const user = { id: `z-${email}`, email };
    expect(await goLiveWith('zoom', zoomSaid(user, 'active'))).toMatchObject({
      people: 1,
      set: 0,
      skipped: { inProgress: 1 },
    });
    expect(await onlyJob(service, email)).toMatchObject({ state: 'queued', zoomUserId: user.id });
  });

  test('a Zoom user follows its mail to whom it was given', async () => {
    const [a, b] = [await holder(), await holder()];
    await goLiveWith('zoom', zoomSaid(a, 'active'), {
      ...told(b.email),
      record: a.id,
      occurredAt: new Date(Date.now() + 1_000),
    });
    const { prisma } = service.core.database;
    const row = await prisma.zoomUser.findUniqueOrThrow({ where: { id: a.id }, include: { person: true } });
    expect(row.person!.mail).toBe(b.email);
  });

  test('a mail that is somebody else’s by newer word goes to them', async () => {
    const user = await holder();
    const stranger = joined(user.email, { record: 'another', ...oktaId(`other ${user.email}`) });
    await goLiveWith('scim', { ...stranger, occurredAt: new Date(Date.now() + 1_000) });
    const { rows } = await service.core.database.pool.query(
      `SELECT s.record FROM links l JOIN standings s USING (person_id) WHERE l.kind = 'mail' AND l.value = $1`,
      [user.email],
    );
    expect(rows).toEqual([{ record: 'another' }]);
  });
});

test('presence alone gives nobody a key, and its end takes one', async () => {
  const presence = await addSource(service.core, 'scim', 'presence');
  await service.core.database.prisma.source.update({ where: { id: presence }, data: { presenceOnly: true } });
  const email = `person${++people}@example.com`;
  await say(presence, joined(email));
  expect(await unfinished(service, email)).toEqual([]);
  const user = await holder();
  await say(presence, joined(user.email));
  expect(await unfinished(service, user.email)).toEqual([]);
  await say(presence, left(user.email));
  expect(await onlyJob(service, user.email)).toMatchObject({ action: 'clear' });
});
