import { expect, test } from '@jest/globals';
import { ENTERPRISE_URN } from '../../../src/inbound/scim/schema-enterprise.js';
import { readSelection, select } from '../../../src/inbound/scim/select.js';
import { USER_SHAPE } from './shapes.js';

const user = {
  schemas: ['s'],
  id: '1',
  userName: 'u',
  name: { givenName: 'A', familyName: 'B' },
  emails: [{ value: 'a', type: 'work' }, { value: 'b' }],
  'urn:x:1.0:User': { a: 1, b: 2 },
  [ENTERPRISE_URN]: { department: 'D', manager: { value: 'm', displayName: 'M' } },
};

const chosen = (query: Record<string, string>) =>
  select(user, readSelection(USER_SHAPE, new URLSearchParams(query)));

test.each([
  ['userName', { userName: 'u' }],
  ['USERNAME,nosuch, ,a b,__proto__', { userName: 'u' }],
  ['name.familyName', { name: { familyName: 'B' } }],
  ['name.familyName,name', { name: user.name }],
  ['name,name.familyName', { name: user.name }],
  ['emails.type', { emails: [{ type: 'work' }] }],
  ['userName.x', {}],
  [ENTERPRISE_URN, { [ENTERPRISE_URN]: user[ENTERPRISE_URN] }],
  [`${ENTERPRISE_URN}:manager.value`, { [ENTERPRISE_URN]: { manager: { value: 'm' } } }],
  ['department', { [ENTERPRISE_URN]: { department: 'D' } }],
  ['urn:x:1.0:User:b', { 'urn:x:1.0:User': { b: 2 } }],
  ['urn:ietf:params:scim:schemas:core:2.0:User:userName', { userName: 'u' }],
])('attributes=%s gives these beside schemas and id', (attributes, expected) => {
  expect(chosen({ attributes })).toEqual({ schemas: ['s'], id: '1', ...expected });
});

test('excludedAttributes leaves out whole attributes, sub-attributes and extensions', () => {
  const excludedAttributes = `emails,name.givenName,${ENTERPRISE_URN}:manager,urn:x:1.0:User:a,id`;
  expect(chosen({ excludedAttributes })).toEqual({
    schemas: ['s'],
    id: '1',
    userName: 'u',
    name: { familyName: 'B' },
    'urn:x:1.0:User': { b: 2 },
    [ENTERPRISE_URN]: { department: 'D' },
  });
});

test('without either, everything is answered', () => {
  expect(chosen({})).toBe(user);
  expect(chosen({ attributes: '' })).toBe(user);
});
