import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../src/inbound/scim/json.js';
import { ENTERPRISE_URN } from '../../../src/inbound/scim/schema-enterprise.js';
import { fixture } from './fixture.js';
import { startScimServer, type CallOptions, type ScimServer } from './scim-server.js';

let scim: ScimServer;
beforeAll(async () => {
  scim = await startScimServer();
});
afterAll(() => scim.close());

function client(options: CallOptions) {
  const call = (method: string, path: string, body?: unknown) => scim.call(method, path, body, options);
  const search = (filter: string) =>
    call('GET', `/Users?${new URLSearchParams({ filter, startIndex: '1', count: '100' })}`);
  return { call, search };
}

/** What the events said since the last time. */
function told(): string[] {
  const events = scim.intakes.splice(0).flatMap(({ events }) => events);
  return events.map((event) => ('rejected' in event ? 'rejected' : `${event.type} ${event.standing}`));
}

test('Okta’s catalogue app: look, create, update, deactivate, come back', async () => {
  const { call, search } = client({ source: 'okta', headers: { Accept: 'application/scim+json' } });
  expect((await search('userName eq "Mira.Lind@hosts.example"')).body).toMatchObject({
    totalResults: 0,
    Resources: [],
  });
  const { body: made } = await call('POST', '/Users', fixture('okta-create'));
  const id = made['id'] as string;
  expect((await call('GET', `/Users/${id}`)).status).toBe(200);
  const updated = await call('PUT', `/Users/${id}`, fixture('okta-profile-update', id));
  expect(updated).toMatchObject({
    status: 200,
    body: { id, name: { familyName: 'Lindqvist' }, active: true },
  });
  expect(told()).toEqual(['created active', 'changed active']);

  const off = await call('PATCH', `/Users/${id}`, fixture('okta-deactivate'));
  expect(off).toMatchObject({ status: 200, body: { id, active: false } });
  expect((await call('PATCH', `/Users/${id}`, fixture('okta-deactivate'))).status).toBe(200);
  expect(told()).toEqual(['removed gone']);

  const found = (await search('userName eq "MIRA.LIND@HOSTS.EXAMPLE"')).body['Resources'] as JsonObject[];
  expect(found).toMatchObject([{ id, active: false }]);
  await call('PUT', `/Users/${id}`, fixture('okta-profile-update', id));
  expect(told()).toEqual(['created active']);
});

test('Okta’s wizard app: activation and password travel in a PUT of the whole user', async () => {
  const { call } = client({ source: 'okta' });
  const whole = {
    userName: 'wizard@hosts.example',
    name: { givenName: 'W', familyName: 'Z' },
    password: 'n3w',
  };
  const { body: made } = await call('POST', '/Users', whole);
  const put = (active: boolean) => call('PUT', `/Users/${made['id']}`, { ...whole, id: made['id'], active });
  expect((await put(false)).body).toMatchObject({ active: false });
  expect((await put(true)).body).toMatchObject({ active: true });
  expect((await call('PUT', `/Users/${made['id']}`, whole)).body).toMatchObject({ active: true });
  expect(told()).toEqual(['created active', 'removed gone', 'created active']);
});

test('Entra: test the connection, match, create, transfer, disable, restore, delete', async () => {
  const { call, search } = client({ source: 'entra' });
  expect(await search('userName eq "1f8b7f6e-4a92-4c0c-9a49-9d2b9e1c6b55"')).toMatchObject({
    status: 200,
    body: { totalResults: 0, Resources: [] },
  });
  const { body: made } = await call('POST', '/Users', fixture('entra-create'));
  const path = `/Users/${made['id']}`;
  const patch = (...Operations: unknown[]) => call('PATCH', path, { Operations });
  expect((await search(`externalId eq "${made['externalId']}"`)).body).toMatchObject({ totalResults: 1 });
  expect((await search('emails[type eq "work"].value eq "ana.reyes@hosts.example"')).body).toMatchObject({
    totalResults: 1,
  });
  expect(told()).toEqual(['created active']);

  const moved = await patch(
    { op: 'Replace', path: `${ENTERPRISE_URN}:department`, value: 'Office' },
    { op: 'Replace', path: `${ENTERPRISE_URN}:manager`, value: '' },
    { op: 'Add', path: 'phoneNumbers[type eq "mobile"].value', value: '+1 555 0101' },
  );
  expect(moved.body).toMatchObject({ [ENTERPRISE_URN]: { department: 'Office' } });
  expect(moved.body[ENTERPRISE_URN]).not.toHaveProperty('manager');
  expect(told()).toEqual(['transferred active']);

  expect((await patch({ op: 'Replace', path: 'active', value: 'False' })).body).toMatchObject({
    active: false,
  });
  expect((await patch({ op: 'Replace', path: 'active', value: 'True' })).body).toMatchObject({
    active: true,
  });
  expect((await call('DELETE', path)).status).toBe(204);
  expect((await call('DELETE', path)).status).toBe(404);
  expect(told()).toEqual(['removed gone', 'created active', 'removed gone']);
});

test('the Validator’s 36 adds end in one answer with all of them', async () => {
  const { call } = client({ source: 'entra' });
  const { body: made } = await call('POST', '/Users', { userName: 'noor@hosts.example' });
  const { status, body } = await call('PATCH', `/Users/${made['id']}`, fixture('entra-add-verbose'));
  expect(status).toBe(200);
  expect(body).toMatchObject({
    active: true,
    name: { middleName: 'A' },
    [ENTERPRISE_URN]: { division: 'North' },
  });
  expect(body['schemas']).toContain(ENTERPRISE_URN);
});
