import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ENTERPRISE_URN } from '../../../src/inbound/scim/schema-enterprise.js';
import { startScimServer, type ScimServer } from './scim-server.js';

let scim: ScimServer;
beforeAll(async () => {
  scim = await startScimServer();
});
afterAll(() => scim.close());

describe('what cannot be a user is refused with a reason, and nothing is kept of it', () => {
  test.each([
    ['no userName', { displayName: 'x' }, 'invalidValue', /userName is required/],
    ['an empty userName', { userName: '  ' }, 'invalidValue', /userName is required/],
    ['a userName that is null', { userName: null }, 'invalidValue', /userName is required/],
    ['a userName of another type', { userName: 5 }, 'invalidValue', /userName must be a string/],
    ['a userName too long', { userName: 'x'.repeat(513) }, 'invalidValue', /userName can have at most 512/],
    ['a userName too long in NFC', { userName: '\ufb2c'.repeat(200) }, 'invalidValue', /userName can have/],
    ['an externalId too long', { userName: 'u', externalId: 'x'.repeat(513) }, 'invalidValue', /externalId/],
    [
      'an externalId of another type',
      { userName: 'u', externalId: 7 },
      'invalidValue',
      /externalId must be a string/,
    ],
    [
      'active of another type',
      { userName: 'u', active: 'perhaps' },
      'invalidValue',
      /active must be true or false/,
    ],
    ['active as a number', { userName: 'u', active: 1 }, 'invalidValue', /active must be true or false/],
    ['a name of another type', { userName: 'u', name: 'U' }, 'invalidValue', /name must be an object/],
    [
      'emails of another type',
      { userName: 'u', emails: ['u@x.y'] },
      'invalidValue',
      /emails\[0\] must be an object/,
    ],
    [
      'an email of another type',
      { userName: 'u', emails: [{ value: 'a' }, { value: 1 }] },
      'invalidValue',
      /^emails\[1\]\.value must be a string$/,
    ],
    [
      'an email alone, of another type',
      { userName: 'u', emails: { value: 1 } },
      'invalidValue',
      /^emails\.value must be a string$/,
    ],
    [
      'two primary emails',
      {
        userName: 'u',
        emails: [
          { value: 'a', primary: true },
          { value: 'b', primary: 'true' },
        ],
      },
      'invalidValue',
      /one value of emails can be primary/,
    ],
    ['schemas of another type', { userName: 'u', schemas: 'x' }, 'invalidValue', /schemas must be an array/],
    [
      'schemas of something else',
      { userName: 'u', schemas: ['urn:x'] },
      'invalidValue',
      /schemas must contain/,
    ],
    [
      'an extension of another type',
      { userName: 'u', [ENTERPRISE_URN]: 'x' },
      'invalidValue',
      /must be an object/,
    ],
    ['a manager of another type', { userName: 'u', manager: 5 }, 'invalidValue', /manager must be an object/],
    ['a key that is no name', { userName: 'u', 'a b': 1 }, 'invalidPath', /"a b" is not an attribute/],
    ['a list', [{ userName: 'u' }], 'invalidSyntax', /must be a JSON object/],
  ])('%s', async (_, body, scimType, detail) => {
    const before = scim.intakes.length;
    const refused = await scim.call('POST', '/Users', body);
    expect(refused).toMatchObject({ status: 400, body: { status: '400', scimType } });
    expect(refused.body['detail']).toMatch(detail);
    expect(scim.intakes).toHaveLength(before);
  });
});
