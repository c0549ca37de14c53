import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createKeyRing } from '../../src/records/key-ring.js';
import { createSeal } from '../../src/records/seal.js';
import { createZoomTokenStore } from '../../src/records/zoom-token.js';
import { parseEncryptionKeys } from '../../src/config/encryption-keys.js';
import { dumpDatabase } from '../harness/dump.js';
import { startCore, type TestCore } from '../harness/service.js';

let service: TestCore;
let accounts = 0;

beforeAll(async () => {
  service = await startCore({}, { workers: false });
});
afterAll(() => service.close());

/** As many processes as asked for, over one account. */
function stores(count: number) {
  const account = `account ${++accounts}`;
  const { database, seal } = service.core;
  return Array.from({ length: count }, () => createZoomTokenStore({ pool: database.pool, seal, account }));
}

function token(text: string) {
  return {
    token: text,
    expiresAt: new Date('2030-01-01T00:00:00.000Z'),
    scopes: ['user:read', 'user:write'],
  };
}

test('a token made by one process is read by all, and by nobody in the database', async () => {
  const [one, other] = stores(2);
  expect(await one!.read()).toBeNull();
  const made = token('zoom-token-in-the-clear');
  expect(
    await one!.refresh(
      () => Promise.resolve(made),
      () => true,
    ),
  ).toEqual(made);
  expect(await other!.read()).toEqual(made);
  expect(await dumpDatabase(service.core.databaseUrl)).not.toContain(made.token);
});

test('however many processes want another token at once, one makes it', async () => {
  const all = stores(8);
  let made = 0;
  const make = async () => token(`token ${++made}`);
  const isStale = (known: { token: string }) => known.token === 'old';
  const got = await Promise.all(all.map((store) => store.refresh(make, isStale)));
  expect(made).toBe(1);
  expect(new Set(got.map((one) => one.token))).toEqual(new Set(['token 1']));
});

test('what cannot be made is not kept, and the next one may try', async () => {
  const [store] = stores(1);
  const broken = new Error('Zoom is down');
  await expect(
    store!.refresh(
      () => Promise.reject(broken),
      () => true,
    ),
  ).rejects.toBe(broken);
  expect(await store!.read()).toBeNull();
  expect(
    await store!.refresh(
      async () => token('next'),
      () => true,
    ),
  ).toEqual(token('next'));
});

test('a token that no key of the ring opens, or that was put back from before, is none', async () => {
  const [store] = stores(1);
  await store!.refresh(
    async () => token('first'),
    () => true,
  );
  const { database } = service.core;
  const account = `account ${accounts}`;
  const ring = createKeyRing(parseEncryptionKeys(`other:${Buffer.alloc(32, 9).toString('base64')}`));
  const elsewhere = createZoomTokenStore({ pool: database.pool, seal: createSeal(ring), account });
  expect(await elsewhere.read()).toBeNull();
  const before = await database.prisma.zoomToken.findUniqueOrThrow({ where: { account } });
  await store!.refresh(
    async () => token('second'),
    () => true,
  );
  await database.prisma.zoomToken.update({ where: { account }, data: { sealed: before.sealed } });
  expect(await store!.read()).toBeNull();
  expect(
    await store!.refresh(
      async () => token('third'),
      () => false,
    ),
  ).toEqual(token('third'));
});
