import { expect, test } from '@jest/globals';
import { takeWave } from '../../../src/inbound/scim/bulk-wave.js';

type Short = [method: string, path: string, data?: unknown, needs?: number[]];

/** How many of these are done at the same time, first; `nameKeys` are those of the resources of PUTs. */
function together(operations: Short[], nameKeys: Record<number, string> = {}): number {
  const steps = operations.map(([method, path, data = {}, needs = []], index) => ({
    operations: [{ index, method, path, data }],
    needs,
    isCircle: needs.includes(index),
  }));
  const named = Object.entries(nameKeys).map(([index, key]) => [Number(index), key] as const);
  return takeWave(steps, new Map(named)).length;
}

const rename = { Operations: [{ op: 'replace', path: 'userName', value: 'b' }] };
const retitle = { Operations: [{ op: 'replace', path: 'title', value: 'T' }] };

test.each<[string, number, Short[]]>([
  [
    'creations of different names',
    2,
    [
      ['POST', '/Users', { userName: 'a' }],
      ['POST', '/users', { userName: 'b' }],
    ],
  ],
  [
    'not of one name',
    1,
    [
      ['POST', '/Users', { userName: 'a' }],
      ['POST', '/Users', { USERNAME: ' A ' }],
    ],
  ],
  [
    'not of users and groups',
    1,
    [
      ['POST', '/Users', { userName: 'a' }],
      ['POST', '/Groups', { displayName: 'a' }],
    ],
  ],
  [
    'not of what the other makes',
    1,
    [
      ['POST', '/Users', { userName: 'a' }],
      ['POST', '/Users', { userName: 'b' }, [0]],
    ],
  ],
  [
    'not of what names nobody',
    1,
    [
      ['POST', '/Users', {}],
      ['POST', '/Users', { userName: 'b' }],
    ],
  ],
  [
    'not of circles',
    1,
    [
      ['POST', '/Users', { userName: 'a' }, [0]],
      ['POST', '/Users', { userName: 'b' }],
    ],
  ],
  [
    'changes of different users',
    3,
    [
      ['PATCH', '/Users/1', retitle],
      ['PATCH', '/Users/2', retitle],
      ['PATCH', '/Users/3', retitle],
    ],
  ],
  [
    'not of one user',
    1,
    [
      ['PATCH', '/Users/1', retitle],
      ['PATCH', 'users/1', retitle],
    ],
  ],
  [
    'not of one user, encoded',
    1,
    [
      ['PATCH', '/Users/1', retitle],
      ['PATCH', '/Users/%31', retitle],
    ],
  ],
  [
    'not by PUT, which always says a name',
    1,
    [
      ['PUT', '/Users/1', { userName: 'a' }],
      ['PUT', '/Users/2', { userName: 'b' }],
    ],
  ],
  [
    'nor beside one',
    1,
    [
      ['PATCH', '/Users/1', retitle],
      ['PUT', '/Users/2', { userName: 'b' }],
    ],
  ],
  [
    'not when one changes a name',
    1,
    [
      ['PATCH', '/Users/1', rename],
      ['PATCH', '/Users/2', retitle],
    ],
  ],
  [
    'nor the other',
    1,
    [
      ['PATCH', '/Users/1', retitle],
      ['PATCH', '/Users/2', rename],
    ],
  ],
  [
    'not when a group is renamed',
    1,
    [
      ['PATCH', '/Groups/1', { Operations: [{ op: 'replace', value: { displayName: 'x' } }] }],
      ['PATCH', '/Groups/2', { Operations: [{ op: 'replace', path: 'externalId', value: 'y' }] }],
    ],
  ],
  [
    'deletions of different users',
    2,
    [
      ['DELETE', '/Users/1'],
      ['DELETE', '/Users/2'],
    ],
  ],
  [
    'not of one twice',
    1,
    [
      ['DELETE', '/Users/1'],
      ['DELETE', '/Users/1'],
    ],
  ],
  [
    'not a deletion and a creation',
    1,
    [
      ['DELETE', '/Users/1'],
      ['POST', '/Users', { userName: 'a' }],
    ],
  ],
  [
    'not a change of a group and a deletion of a user',
    1,
    [
      ['PATCH', '/Groups/1', retitle],
      ['DELETE', '/Users/1'],
    ],
  ],
  [
    'not what is no operation',
    1,
    [
      ['', ''],
      ['POST', '/Users', { userName: 'a' }],
    ],
  ],
])('at the same time: %s', (_, count, operations) => {
  expect(together(operations)).toBe(count);
});

const put = (id: number, data: object): Short => ['PUT', `/Users/${id}`, data];
const URN = 'urn:ietf:params:scim:schemas:core:2.0:User';

test.each<[string, number, Short[], Record<number, string>]>([
  [
    'that keep the names',
    3,
    [1, 2, 3].map((id) => put(id, { userName: ` A${id}` })),
    { 0: 'a1', 1: 'a2', 2: 'a3' },
  ],
  [
    'up to one that changes it',
    1,
    [put(1, { userName: 'a' }), put(2, { userName: 'b' })],
    { 0: 'a', 1: 'c' },
  ],
  ['not when the first does', 1, [put(1, { userName: 'b' }), put(2, { userName: 'c' })], { 0: 'a', 1: 'c' }],
  [
    'up to one of which nothing is known',
    1,
    [put(1, { userName: 'a' }), put(2, { userName: 'b' })],
    { 0: 'a' },
  ],
  ['not of one user', 1, [put(1, { userName: 'a' }), put(1, { userName: 'a' })], { 0: 'a', 1: 'a' }],
  [
    'not when the name is said twice',
    1,
    [put(1, { userName: 'a', [`${URN}:userName`]: 'b' }), put(2, { userName: 'c' })],
    { 0: 'a', 1: 'c' },
  ],
  [
    'not when it is said again inside',
    1,
    [put(1, { userName: 'a' }), put(2, { userName: 'c', [URN]: { userName: 'd' } })],
    { 0: 'a', 1: 'c' },
  ],
  [
    'not of users and groups',
    1,
    [put(1, { userName: 'a' }), ['PUT', '/Groups/2', { displayName: 'b' }]],
    { 0: 'a', 1: 'b' },
  ],
  ['nor beside changes', 1, [put(1, { userName: 'a' }), ['PATCH', '/Users/2', retitle]], { 0: 'a' }],
])('at the same time, PUTs %s', (_, count, operations, nameKeys) => {
  expect(together(operations, nameKeys)).toBe(count);
});

test('a creation that says its name twice is done alone', () => {
  const twice = { userName: 'a', [`${URN}:userName`]: 'b' };
  expect(
    together([
      ['POST', '/Users', twice],
      ['POST', '/Users', { userName: 'c' }],
    ]),
  ).toBe(1);
});
