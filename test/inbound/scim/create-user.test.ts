import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { fixture } from './fixture.js';
import { startScimServer, type ScimServer } from './scim-server.js';

let scim: ScimServer;
beforeAll(async () => {
  scim = await startScimServer();
});
afterAll(() => scim.close());

test('what Okta posts comes back unchanged, with an id, meta, Location and ETag, and without the password', async () => {
  const { password, groups, ...sent } = fixture('okta-create');
  const made = await scim.call('POST', '/Users', { ...sent, password, groups });
  const id = made.body['id'] as string;
  expect(made.status).toBe(201);
  expect(made.headers.get('content-type')).toBe('application/scim+json');
  expect(made.headers.get('location')).toBe(`${scim.url}/Users/${id}`);
  expect(made.headers.get('etag')).toBe('W/"1"');
  const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/);
  const location = `${scim.url}/Users/${id}`;
  const meta = { resourceType: 'User', created: time, lastModified: time, location, version: 'W/"1"' };
  expect(made.body).toEqual({ ...sent, id, meta });
  expect((await scim.call('GET', `/Users/${id}`)).body).toEqual(made.body);
});
