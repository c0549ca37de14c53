import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../src/inbound/scim/json.js';
import { withoutSecrets } from '../../../src/inbound/scim/secrets.js';
import { createShapes } from '../../../src/inbound/scim/shape.js';
import { BADGE_URN, badgeShapes } from './badge.js';
import { groupingOf } from './grouping.js';
import { startScimServer, type ScimServer } from './scim-server.js';

const badge = badgeShapes().User;
const plain = createShapes().User;

describe('of a path its names are kept, and no filter', () => {
  test.each([
    [
      'that looks for what is write-only',
      badge,
      `${BADGE_URN}:visits[pin eq "7"].type`,
      `${BADGE_URN}:visits.type`,
    ],
    ['that looks for a password', plain, 'emails[password eq "7"].type', 'emails.type'],
    ['that looks for anything else', plain, 'emails[value eq "7"].type', 'emails.type'],
    ['with brackets in a text', plain, 'emails[value eq "]7["].type', 'emails.type'],
    ['that has no end', plain, 'emails[value eq "7', 'emails'],
  ])('%s', (_, shape, path, name) => {
    const said = [
      { op: 'remove', path },
      { op: 'add', value: { [path]: 'work' } },
    ];
    expect(withoutSecrets(shape, said)).toEqual([
      { op: 'remove', path: name },
      { op: 'add', value: { [name]: 'work' } },
    ]);
  });

  test.each([
    [badge, `${BADGE_URN}:maker[name eq "M"].secret`, `${BADGE_URN}:maker.secret`],
    [plain, 'password[type eq "work"].value', 'password.value'],
    [plain, 'emails[type eq "work"].password', 'emails.password'],
  ])('nor the value, when one of them is secret: %#', (shape, path, name) => {
    expect(withoutSecrets(shape, { op: 'add', path, value: '7' })).toEqual({
      op: 'add',
      path: name,
      value: '',
    });
  });
});

describe('nothing of a secret is in a notice, a resource or the log', () => {
  let scim: ScimServer;
  beforeAll(async () => {
    scim = await startScimServer({ shapes: badgeShapes() });
  });
  afterAll(() => scim.close());

  const { user, group } = groupingOf(() => scim);
  let secrets = 0;
  const newSecret = () => `c4nary-${++secrets}-`;

  async function expectNowhere(secret: string) {
    const { rows } = await scim.pool.query(
      `SELECT body::text FROM notices UNION ALL SELECT resource::text FROM scim_resources
       UNION ALL SELECT to_jsonb(scim_members)::text FROM scim_members`,
    );
    expect(rows.length).toBeGreaterThan(1);
    expect(JSON.stringify([rows, scim.intakes, scim.logged])).not.toContain(secret);
  }

  test.each<[string, (secret: string) => JsonObject]>([
    ['for what is write-only', (s) => ({ op: 'remove', path: `${BADGE_URN}:visits[pin eq "${s}"].type` })],
    ['for a password', (s) => ({ op: 'remove', path: `emails[password eq "${s}"]` })],
    ['in a key', (s) => ({ op: 'replace', value: { [`emails[pin eq "${s}"]`]: null } })],
  ])('that a filter looks for, %s', async (_, operationWith) => {
    const secret = newSecret();
    await patch(operationWith(secret));
    await expectNowhere(secret);
  });

  test.each<[string, (value: string) => JsonObject]>([
    ['in a path', (value) => ({ op: 'add', path: 'password.value', value })],
    ['in a path of no schema', (value) => ({ op: 'add', path: 'urn:x:1.0:User:password.value', value })],
    ['in a key', (value) => ({ op: 'add', value: { 'password.value': value } })],
    ['in a key of no schema', (value) => ({ op: 'add', value: { 'urn:x:1.0:User:password.value': value } })],
  ])('that is a part of a password, %s', async (_, operationWith) => {
    const secret = newSecret();
    await patch(operationWith(secret));
    await expectNowhere(secret);
  });

  test('that came with the members of a group', async () => {
    const secret = newSecret();
    const member = async () => ({ value: (await user()).id, password: secret });
    const { path } = await group([], { members: [await member()] });
    const changed = { displayName: `Renamed ${secrets}`, members: [await member()] };
    expect((await scim.call('PUT', path, changed)).status).toBe(200);
    await expectNowhere(secret);
  });

  /** Beside a change, without which no notice is kept. */
  async function patch(operation: JsonObject) {
    const { path } = await user();
    const Operations = [{ op: 'add', path: 'title', value: 'T' }, operation];
    expect((await scim.call('PATCH', path, { Operations })).status).toBe(200);
  }
});
