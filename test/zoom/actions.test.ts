import { inspect } from 'node:util';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type RehearsalZoom, startRehearsalZoom } from '../../src/rehearsal/zoom.js';
import type { ZoomClient } from '../../src/zoom/client.js';
import type { AccessToken } from '../../src/zoom/token.js';
import {
  clearKey,
  closeAll,
  closeLater,
  createClient,
  createTokenFor,
  digits,
  findUser,
  setKey,
} from './clients.js';

const html = '<html><body><h1>Bad Gateway</h1></body></html>';

let zoom: RehearsalZoom;
let token: AccessToken;
let client: ZoomClient;

beforeEach(async () => {
  zoom = await startRehearsalZoom({ limits: { light: Infinity, medium: Infinity } });
  closeLater(zoom.close);
  token = createTokenFor(zoom);
  client = createClient({ apiUrl: zoom.apiUrl, token }).client;
});
afterEach(closeAll);

test('a key is set, and Zoom’s tracking id comes back', async () => {
  const { id } = zoom.users.add({ email: 'jill@example.com' });
  const { trackingId } = await setKey(client, id);
  expect(zoom.users.hostKeyOf(id)).toBe(digits);
  expect(trackingId).toBe(zoom.log.of(id)[0]?.trackingId);
});

test.each([
  'jill+zoom@example.com',
  'a/b=c+d',
  'ångström@example.com',
  "o'neil@example.com",
  '50%?#&@example.com',
])('whatever an id or e-mail holds, it stays one segment of the path: %s', async (who) => {
  const user = who.includes('@') ? { email: who } : { id: who, email: 'jill@example.com' };
  const { id } = zoom.users.add(user);
  await setKey(client, who);
  expect(zoom.users.hostKeyOf(id)).toBe(digits);
});

test.each(['me', 'ME', '', '.', '..', 'summary', 'a b', 'line\nbreak', 'half \ud83d', 'x'.repeat(400)])(
  'what can be nobody’s id is nobody, and Zoom is not asked: %j',
  async (who) => {
    expect(await findUser(client, who)).toBeNull();
    await expect(setKey(client, who)).rejects.toMatchObject({ code: 'ZOOM_USER_NOT_FOUND', sent: 'no' });
    expect(zoom.log.requests).toHaveLength(0);
  },
);

test('a clear overwrites the key; of a user who is gone there is nothing to clear', async () => {
  const { id } = zoom.users.add({ email: 'jill@example.com' });
  expect(await clearKey(client, id)).toMatchObject({ outcome: 'cleared' });
  expect(zoom.users.hostKeyOf(id)).toBe(digits);
  zoom.users.remove(id);
  expect(await clearKey(client, id)).toMatchObject({ outcome: 'gone' });
  await expect(setKey(client, id)).rejects.toMatchObject({ code: 'ZOOM_USER_NOT_FOUND', then: 'gone' });
});

test('users are found by e-mail and by id, with their status', async () => {
  const { id } = zoom.users.add({ email: 'jill@example.com', type: 1 });
  expect(await findUser(client, 'jill@example.com')).toEqual({
    id,
    email: 'jill@example.com',
    status: 'active',
    type: 1,
  });
  expect(await findUser(client, id)).toMatchObject({ id });
  zoom.users.add({ email: 'new@example.com', status: 'pending' });
  expect(await findUser(client, 'new@example.com')).toMatchObject({ status: 'pending' });
  expect(await findUser(client, 'nobody@example.com')).toBeNull();
});

test('an inactive or pending user is waited for', async () => {
  const inactive = zoom.users.add({ email: 'a@example.com', status: 'inactive' });
  const pending = zoom.users.add({ email: 'b@example.com', status: 'pending' });
  await expect(setKey(client, inactive.id)).rejects.toMatchObject({
    code: 'ZOOM_USER_INACTIVE',
    then: 'wait',
  });
  await expect(setKey(client, pending.id)).rejects.toMatchObject({
    code: 'ZOOM_USER_PENDING',
    then: 'wait',
  });
});

test.each([
  ['HTML', html, 200],
  ['HTML with an error’s status', html, 404],
  ['nothing', '', 200],
  ['ten megabytes', 'x'.repeat(10 * 1_048_576), 200],
])('an answer of %s tells nothing, and does no harm', async (_, body, status) => {
  zoom.users.add({ email: 'jill@example.com' });
  zoom.faults.answerWith(body, { n: 2, status });
  await expect(setKey(client, 'jill@example.com')).rejects.toMatchObject({
    code: 'ZOOM_UNREADABLE',
    sent: 'unanswered',
  });
  await expect(findUser(client, 'jill@example.com')).rejects.toMatchObject({ code: 'ZOOM_UNREADABLE' });
  await setKey(client, 'jill@example.com');
});

test('an error that Zoom puts under HTTP 200 is no user', async () => {
  zoom.faults.failNext(1, {
    status: 200,
    body: { code: 200, message: 'Only available for paid accounts.' },
  });
  await expect(findUser(client, 'jill@example.com')).rejects.toMatchObject({ code: 'ZOOM_UNREADABLE' });
});

test('no failure shows the token or the key, however deep one looks', async () => {
  const { id } = zoom.users.add({ email: 'jill@example.com' });
  const bearer = (await token.get()).token;
  const hasty = createClient({ apiUrl: zoom.apiUrl, token, timeoutMs: 200 }).client;
  const faults = [
    () => zoom.faults.applyThenDrop(1),
    () => zoom.faults.failNext(1, 'silence'),
    () => zoom.faults.failNext(1, { status: 500, body: `${digits} ${bearer}` }),
    () =>
      zoom.faults.failNext(1, {
        status: 400,
        body: { code: 300, message: digits, errors: [{ field: digits }] },
      }),
  ];
  for (const fault of faults) {
    fault();
    const failure: unknown = await setKey(hasty, id).catch((error: unknown) => error);
    const shown = inspect(failure, { depth: Infinity, showHidden: true }) + JSON.stringify(failure);
    expect(shown).toContain('ZOOM_');
    expect(shown).not.toContain(digits);
    expect(shown).not.toContain(bearer);
  }
});
