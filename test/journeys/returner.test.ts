import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openCompany, type Company } from './company.js';

const MAIL = 'mira.lind@hosts.example';
let company: Company;
beforeAll(async () => {
  company = await openCompany();
  company.zoom.users.add({ email: MAIL });
});
afterAll(() => company?.close());

const setActive = (id: string, active: boolean) =>
  company.scim('PATCH', `/Users/${id}`, { Operations: [{ op: 'replace', value: { active } }] });

test('a leaver’s record is found by filter and activated, and they get a new key; deleted, their name is free', async () => {
  const { scim, keyAtRest } = company;
  const made = await scim('POST', '/Users', { userName: MAIL, externalId: '00u3kd91mQx7TzLbf5d7' });
  const id = made.body.id as string;
  const first = await keyAtRest(MAIL);
  expect(first).toMatch(/^\d{6}$/);

  expect((await setActive(id, false)).status).toBe(200);
  expect(await keyAtRest(MAIL)).toBe('LEFT');

  const filter = new URLSearchParams({ filter: `userName eq "${MAIL.toUpperCase()}"` });
  const found = await scim('GET', `/Users?${filter}`);
  expect(found.body).toMatchObject({ totalResults: 1, Resources: [{ id, active: false }] });
  expect((await setActive(id, true)).body).toMatchObject({ id, active: true });
  const second = await keyAtRest(MAIL);
  expect(second).toMatch(/^\d{6}$/);
  expect(second).not.toBe(first);

  expect((await scim('DELETE', `/Users/${id}`)).status).toBe(204);
  expect(await keyAtRest(MAIL)).toBe('LEFT');
  const again = await scim('POST', '/Users', { userName: MAIL, externalId: '00u3kd91mQx7TzLbf5d7' });
  expect(again.status).toBe(201);
  expect(again.body.id).not.toBe(id);
  const third = await keyAtRest(MAIL);
  expect(third).toMatch(/^\d{6}$/);
  expect([first, second]).not.toContain(third);
});
