import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { lookUp, type LookUp, type WhoseKey } from '../../src/jobs/look-up.js';
import { joined, left, told } from '../harness/people.js';
import { startCore, type TestCore } from '../harness/service.js';
import { openCast, type Cast } from '../harness/cast.js';
import { waitFor } from '../harness/wait-for.js';

let service: TestCore;
let cast: Cast;

beforeAll(async () => {
  service = await startCore({ CLOCK_SPEED: '10' }, { workers: false });
  cast = await openCast(service);
});
afterAll(() => service.close());

/** What somebody who asks is told, keys as digits. */
async function ask(whose: WhoseKey) {
  const found = await lookUp(whose, { pool: service.core.database.pool, keys: service.core.keys });
  return readable(found);
}

function readable(found: LookUp) {
  if (found.outcome === 'refused') return found.code;
  const { settling, others } = found;
  const digits = [found.hostKey, ...others].map((key) => key.reveal());
  return { settling, digits, previous: found.previous?.reveal() ?? null };
}

function sent(userId: string) {
  return cast.patches(userId).map((request) => request.hostKey);
}

test('a key that is set is shown, by mail in any spelling and by Zoom user', async () => {
  const user = await cast.holder();
  const shown = { settling: false, digits: [service.zoom.users.hostKeyOf(user.id)], previous: null };
  expect(await ask({ mail: user.email })).toEqual(shown);
  expect(await ask({ mail: ` ${user.email.toUpperCase()} ` })).toEqual(shown);
  expect(await ask({ zoomUserId: user.id })).toEqual(shown);
});

test('a key on its way is shown as settling', async () => {
  const { user } = await cast.joiner();
  expect(await ask({ mail: user.email })).toBe('WAITING_FOR_ZOOM');
  service.zoom.faults.failNext(1, { status: 500, body: '' }, { method: 'PATCH' });
  await cast.work(user.email);
  expect(await ask({ mail: user.email })).toEqual({
    settling: true,
    digits: sent(user.id),
    previous: null,
  });
});

test('while another key is on its way both are shown, the newer first', async () => {
  const user = await cast.holder();
  const [former] = sent(user.id);
  await cast.transfer(user.email);
  service.zoom.faults.applyThenDrop(1);
  await cast.work(user.email);
  const [, newer] = sent(user.id);
  expect(await ask({ mail: user.email })).toEqual({
    settling: true,
    digits: [newer, former],
    previous: null,
  });
  await cast.work(user.email);
  expect(await ask({ mail: user.email })).toEqual({ settling: false, digits: [newer], previous: former });
});

test('a leaver is refused from the moment their leaving is kept', async () => {
  const user = await cast.holder();
  await cast.say(left(user.email));
  expect(await ask({ mail: user.email })).toBe('LEFT');
  await cast.work(user.email);
  expect(await ask({ mail: user.email })).toBe('LEFT');
});

test('a returner is shown the new key as settling while an old clear may still arrive', async () => {
  const user = await cast.holder();
  await cast.say(left(user.email));
  service.zoom.faults.applyThenDrop(1);
  await cast.work(user.email);
  await cast.say(joined(user.email));
  await waitFor('the new key', async () => (await cast.work(user.email)).state === 'done');
  expect(await ask({ mail: user.email })).toEqual({
    settling: true,
    digits: [service.zoom.users.hostKeyOf(user.id)],
    previous: null,
  });
});

test('whoever is unknown, waits or has no key is told so', async () => {
  expect(await ask({ mail: 'nobody@example.com' })).toBe('PERSON_UNKNOWN');
  expect(await ask({ zoomUserId: 'nobody' })).toBe('PERSON_UNKNOWN');
  const mail = cast.newMail();
  await cast.say(joined(mail));
  await cast.work(mail);
  expect(await ask({ mail })).toBe('WAITING_FOR_ZOOM');
  const never = cast.newMail();
  await cast.say(told(never));
  expect(await ask({ mail: never })).toBe('NOT_HELD');
});

test('a look-up does not overtake a leaver’s event that is being committed', async () => {
  const user = await cast.holder();
  const asked: Promise<unknown>[] = [];
  const leaving = cast.say(left(user.email)).then(() => asked.push(ask({ mail: user.email })));
  const during = await Promise.all(Array.from({ length: 10 }, () => ask({ mail: user.email })));
  await leaving;
  expect(await Promise.all(asked)).toEqual(['LEFT']);
  // Whoever asked before the commit got the key, whoever asked after it did not, and nobody anything else.
  const key = { settling: false, digits: [service.zoom.users.hostKeyOf(user.id)], previous: null };
  for (const answer of during) expect([key, 'LEFT']).toContainEqual(answer);
});
