import { createClient, idOf, type Client } from './conversation.js';
import { fixture } from './fixture.js';
import type { ScimServer } from './scim-server.js';

/** How Okta asks for a list: with a filter, or of everything. */
export const PAGE = { startIndex: '1', count: '100' };

export function createOkta(server: ScimServer): Client {
  const Accept = 'application/scim+json';
  return createClient(server, { headers: { Accept, 'User-Agent': 'Okta SCIM Client 1.0.0' } });
}

/** Somebody is assigned. */
export async function addOktaUser(okta: Client, userName: string): Promise<string> {
  const body = { ...fixture('okta-create'), userName, externalId: `id-${userName}` };
  return idOf(await okta.call('POST', '/Users', body));
}
