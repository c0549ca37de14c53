import { expect, test } from '@jest/globals';
import { takeWave } from '../../../src/inbound/scim/bulk-wave.js';

type Short = [method: string, path: string, data?: unknown, needs?: number[]];

/** How many of these are done at the same time, first. */
function together(...operations: Short[]): number {
  const steps = operations.map(([method, path, data = {}, needs = []], index) => ({
    operations: [{ index, method, path, data }],
    needs,
    isCircle: needs.includes(index),
  }));
  return takeWave(steps).length;
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
  expect(together(...operations)).toBe(count);
});
