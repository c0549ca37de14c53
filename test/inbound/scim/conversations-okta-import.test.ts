import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../src/inbound/scim/json.js';
import { expectDone, foundIn, GROUP_URN, idOf, idsIn, type Client } from './conversation.js';
import { fixture } from './fixture.js';
import { createOkta } from './okta-client.js';
import { startScimServer, type ScimServer } from './scim-server.js';

type Type = 'Users' | 'Groups';

/** More than two pages of what Okta asks for at once, and not whole ones. */
const COUNT = 230;
const AT_ONCE = 10;

let scim: ScimServer;
let okta: Client;
const made: Record<Type, string[]> = { Users: [], Groups: [] };
beforeAll(async () => {
  scim = await startScimServer();
  okta = createOkta(scim);
  await makeMany('Users', (n) => ({
    ...fixture('okta-create'),
    userName: `u${n}@hosts.example`,
    externalId: `${n}`,
  }));
  await makeMany('Groups', (n) => ({ schemas: [GROUP_URN], displayName: `Group ${n}`, members: [] }));
});
afterAll(() => scim.close());

async function makeMany(type: Type, bodyOf: (n: number) => JsonObject): Promise<void> {
  for (let first = 0; first < COUNT; first += AT_ONCE) {
    const numbers = Array.from({ length: AT_ONCE }, (_, n) => first + n);
    const replies = await Promise.all(numbers.map((n) => okta.call('POST', `/${type}`, bodyOf(n))));
    made[type].push(...replies.map(idOf));
  }
}

/** Page by page, as long as the total says that there is more; where the pages began, and whom they showed. */
async function importAll(type: Type): Promise<{ begins: number[]; ids: string[] }> {
  const begins: number[] = [];
  const ids: string[] = [];
  for (let startIndex = 1, total = 1; startIndex <= total; startIndex += 100) {
    const page = await okta.call('GET', `/${type}?startIndex=${startIndex}&count=100`);
    const itemsPerPage = foundIn(page).length;
    // Strictly: as JSON integers, which a text of digits is not.
    expect(page.body).toMatchObject({ totalResults: COUNT, startIndex, itemsPerPage });
    total = page.body['totalResults'] as number;
    begins.push(startIndex);
    ids.push(...idsIn(page));
  }
  return { begins, ids };
}

test.each<Type>(['Users', 'Groups'])(
  'an import of %s in pages of 100 shows each once, in the same order every time, and counts in integers',
  async (type) => {
    const first = await importAll(type);
    expect(first.begins).toEqual([1, 101, 201]);
    expect([...first.ids].sort()).toEqual([...made[type]].sort());
    expect(await importAll(type)).toEqual(first);
  },
);

test('a change in the midst of an import moves nobody from one page to another', async () => {
  const { ids } = await importAll('Users');
  const renamed = { displayName: 'Zz', userName: 'zz@hosts.example' };
  expectDone(await okta.patch(`/Users/${ids[0]}`, { op: 'replace', value: renamed }));
  expectDone(await okta.call('PATCH', `/Users/${ids[150]}`, fixture('okta-deactivate')));
  expect((await importAll('Users')).ids).toEqual(ids);
});
