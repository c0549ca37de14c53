import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { expectAtRest } from '../harness/at-rest.js';
import { openCast, type Cast } from '../harness/cast.js';
import { joined, zoomSaid } from '../harness/people.js';
import { startCore, type TestCore } from '../harness/service.js';

const RATE = 8;

let service: TestCore;
let cast: Cast;

beforeAll(async () => {
  // Half a second from claim to grant: four calls' worth, and sixteen wait.
  service = await startCore(
    { CLOCK_SPEED: '100', ZOOM_RATE_LIGHT: String(RATE) },
    { durations: { leaseMs: 3_500, zoomTimeoutMs: 3_000 } },
  );
  cast = await openCast(service);
});
afterAll(() => service.close());

test('a budget too small for all who wait is spent on those who can still be served', async () => {
  const mails = Array.from({ length: 5 * RATE }, () => cast.newMail());
  for (const email of mails) {
    const user = service.zoom.users.add({ email });
    await cast.zoomSays({ ...zoomSaid(user, 'active'), type: 'changed' });
  }
  await cast.say(...mails.map((email) => joined(email)));
  await expectAtRest(service);
  const sets = service.zoom.log.requests.filter(({ method }) => method === 'PATCH');
  expect(sets).toHaveLength(mails.length);
});
