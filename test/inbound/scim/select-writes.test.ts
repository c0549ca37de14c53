import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../src/inbound/scim/json.js';
import { groupingOf } from './grouping.js';
import { startScimServer, type ScimServer } from './scim-server.js';

let scim: ScimServer;
beforeAll(async () => {
  scim = await startScimServer();
});
afterAll(() => scim.close());

const { user, group } = groupingOf(() => scim);
const PATCH = { Operations: [{ op: 'replace', path: 'externalId', value: 'patched' }] };
let named = 0;

/** A user, or a group of one. */
async function bodyOf(type: string): Promise<JsonObject> {
  const own = { externalId: `e${++named}`, displayName: `Named ${named}` };
  if (type === 'Users') return { ...own, userName: `named-${named}@hosts.example`, title: 'T' };
  return { ...own, members: [{ value: (await user()).id }] };
}

async function write(method: string, type: string, query: string) {
  const body = await bodyOf(type);
  if (method === 'POST') return scim.call('POST', `/${type}?${query}`, body);
  const { path } = await (type === 'Users' ? user(body) : group([], body));
  return scim.call(method, `${path}?${query}`, method === 'PUT' ? body : PATCH);
}

test.each([
  ['POST', 'Users', 201, 201],
  ['PUT', 'Users', 200, 200],
  ['PATCH', 'Users', 200, 200],
  ['POST', 'Groups', 201, 201],
  ['PUT', 'Groups', 200, 200],
  // A change of one member loads no others unless they are asked for by name (RFC 7644 §3.5.2).
  ['PATCH', 'Groups', 200, 204],
])(
  'a %s of %s is answered with what attributes names, or with all but what excludedAttributes names',
  async (method, type, withNamed, withoutNamed) => {
    const only = await write(method, type, 'attributes=externalId');
    expect(only.status).toBe(withNamed);
    expect(Object.keys(only.body).sort()).toEqual(['externalId', 'id', 'schemas']);
    const long = type === 'Users' ? 'title' : 'members';
    const without = await write(method, type, `excludedAttributes=externalId,${long}`);
    expect(without.status).toBe(withoutNamed);
    if (withoutNamed === 204) return expect(without.text).toBe('');
    const left = ['active', 'displayName', 'id', 'meta', 'schemas', 'userName'];
    const expected = type === 'Users' ? left : ['displayName', 'id', 'meta', 'schemas'];
    expect(Object.keys(without.body).sort()).toEqual(expected);
  },
);
