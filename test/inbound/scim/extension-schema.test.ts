import { expect, test } from '@jest/globals';
import { readExtensions } from '../../../src/inbound/scim/extension-schema.js';
import { BADGE, BADGE_URN, badgeShapes, TEAM_URN } from './badge.js';

const read = (...files: unknown[]) =>
  readExtensions(files.map((json, index) => ({ name: `${index}.json`, json })));
const one = (others: object) => ({
  id: 'urn:x:1.0:User',
  attributes: [{ name: 'a', type: 'string' }],
  ...others,
});
const places = (...files: unknown[]) =>
  read(...files).problems.map(({ file, place, reason }) => `${file} ${place}: ${reason}`);

test('a schema extends users, or the type that it names; defaults are the RFC’s', () => {
  const { User, Group } = badgeShapes();
  expect(User.extensions.map(({ urn }) => urn)).toContain(BADGE_URN);
  expect(Group.extensions.map(({ urn }) => urn)).toEqual([TEAM_URN]);
  expect(read(one({})).extensions).toEqual([
    {
      resourceType: 'User',
      schema: {
        id: 'urn:x:1.0:User',
        name: 'urn:x:1.0:User',
        description: '',
        attributes: [
          {
            name: 'a',
            type: 'string',
            multiValued: false,
            description: '',
            required: false,
            caseExact: false,
            mutability: 'readWrite',
            returned: 'default',
            uniqueness: 'none',
          },
        ],
      },
    },
  ]);
});

test.each([
  ['one schema', BADGE],
  ['an array', [BADGE, one({})]],
  ['a ListResponse', { schemas: ['x'], totalResults: 2, Resources: [BADGE, one({ meta: null })] }],
])('a file may hold %s', (_, json) => {
  const { extensions, problems } = read(json);
  expect(problems).toEqual([]);
  expect(extensions.map(({ schema }) => schema.id)).toContain(BADGE_URN);
});

test('what is published is what is true: no uniqueness is checked, nothing write-only is returned', () => {
  const attributes = [
    { name: 'a', type: 'string', uniqueness: 'global', mutability: 'writeOnly', returned: 'always' },
    { name: 'b', type: 'reference', caseExact: false },
  ];
  const [extension] = read(one({ attributes })).extensions;
  expect(extension?.schema.attributes).toMatchObject([
    { uniqueness: 'none', returned: 'never' },
    { caseExact: true },
  ]);
});

test.each([
  ['no object', 5, /^0\.json : /],
  ['no id', one({ id: undefined }), /^0\.json id: /],
  ['an id that is no URN', one({ id: 'badge' }), /^0\.json id: is not a URN$/],
  ['no attributes', one({ attributes: [] }), /^0\.json attributes: /],
  ['another resource type', one({ resourceType: 'Robot' }), /^0\.json resourceType: .*"User"\|"Group"/],
  ['a type that there is not', one({ attributes: [{ name: 'a', type: 'text' }] }), /attributes\[0\]\.type: /],
  ['a type in capitals', one({ attributes: [{ name: 'a', type: 'String' }] }), /attributes\[0\]\.type: /],
  [
    'a word for a flag',
    one({ attributes: [{ name: 'a', type: 'string', required: 'yes' }] }),
    /\[0\]\.required: /,
  ],
  [
    'a name with a blank',
    one({ attributes: [{ name: 'a b', type: 'string' }] }),
    /\[0\]\.name: is not a name/,
  ],
  [
    'a name of a prototype',
    one({ attributes: [{ name: '__proto__', type: 'string' }] }),
    /name: is not a name/,
  ],
  ['constructor', one({ attributes: [{ name: 'constructor', type: 'string' }] }), /name: is not a name/],
  ['a password', one({ attributes: [{ name: 'oldPassword', type: 'string' }] }), /name: ends in "password"/],
  [
    'a name twice',
    one({
      attributes: [
        { name: 'a', type: 'string' },
        { name: 'A', type: 'string' },
      ],
    }),
    /attributes\[1\]\.name: is the name of another/,
  ],
  [
    'complex without parts',
    one({ attributes: [{ name: 'a', type: 'complex' }] }),
    /\[0\]\.subAttributes: must say/,
  ],
  [
    'parts of a string',
    one({ attributes: [{ name: 'a', type: 'string', subAttributes: [{ name: 'b', type: 'string' }] }] }),
    /attributes\[0\]\.subAttributes: cannot be there/,
  ],
  [
    'complex in complex',
    one({ attributes: [{ name: 'a', type: 'complex', subAttributes: [{ name: 'b', type: 'complex' }] }] }),
    /attributes\[0\]\.subAttributes\[0\]\.type: /,
  ],
  [
    'a part twice',
    one({
      attributes: [
        {
          name: 'a',
          type: 'complex',
          subAttributes: [
            { name: 'b', type: 'string' },
            { name: 'B', type: 'string' },
          ],
        },
      ],
    }),
    /attributes\[0\]\.subAttributes\[1\]\.name: is the name of another/,
  ],
  [
    'an id of the RFC',
    one({ id: 'URN:ietf:params:scim:schemas:core:2.0:User' }),
    /id: is the id of a schema of this/,
  ],
  ['a place in a list', { Resources: [one({}), one({ id: 5 })] }, /^0\.json Resources\[1\]\.id: /],
])('%s is a problem with its place', (_, json, problem) => {
  expect(places(json)).toEqual([expect.stringMatching(problem)]);
});

test('all problems of all files are told at once', () => {
  const attributes = [
    { name: '1', type: 'x' },
    { name: 'ok', type: 'string', returned: 'maybe' },
  ];
  expect(places(one({ attributes }), one({}), one({}), 'text')).toEqual([
    expect.stringMatching(/^0\.json attributes\[0\]\.name/),
    expect.stringMatching(/^0\.json attributes\[0\]\.type/),
    expect.stringMatching(/^0\.json attributes\[1\]\.returned/),
    '2.json id: is the id of a schema of 1.json',
    expect.stringMatching(/^3\.json : /),
  ]);
});
