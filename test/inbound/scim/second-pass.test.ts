import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createClient, ENTERPRISE_URN, expectDone, type Client } from './conversation.js';
import { addEntraUser } from './entra-client.js';
import { holdKeys, reasonsOfJobs } from './held-keys.js';
import { startScimServer, type ScimServer } from './scim-server.js';

let scim: ScimServer;
let entra: Client;
beforeAll(async () => {
  scim = await startScimServer();
  entra = createClient(scim, { source: 'entra' });
});
afterAll(() => scim.close());

test('Entra’s second pass, which gives everybody their manager, gives nobody another key; another manager does', async () => {
  const id = await addEntraUser(entra, 'ann@hosts.example');
  await holdKeys(scim);
  const manage = async (value: string) => {
    expectDone(await entra.patch(`/Users/${id}`, { op: 'Add', path: `${ENTERPRISE_URN}:manager`, value }));
    return reasonsOfJobs(scim);
  };
  expect(await manage('boss-1')).toEqual([]);
  expect(await manage('boss-1')).toEqual([]);
  expect(await manage('boss-2')).toEqual(['renewed']);
});
