import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { JsonObject } from '../../../src/inbound/scim/json.js';
import { foldCase } from '../../../src/lifecycle/fold.js';
import { groupingOf } from './grouping.js';
import { GROUP, GROUPS, TEAM } from './groups-of-every-kind.js';
import { ENTERPRISE, EXTENSION, STRANGE, USER, USERS } from './people-of-every-kind.js';
import { startScimServer, type ScimServer } from './scim-server.js';
import { DATES, NUMBERS, record, TEXTS, word } from './words.js';

let scim: ScimServer;
/** Who may belong to a group, in the order of their ids, and what they are called. */
let cast: { id: string; $ref: string; type: string; name: string }[];
let club: { id: string; path: string };
beforeAll(async () => {
  scim = await startScimServer({ shapes: { User: USERS, Group: GROUPS } });
  const made = [
    { ...(await user({ displayName: 'Ann' })), name: 'Ann' },
    { ...(await user({ userName: 'ben@hosts.example', displayName: '' })), name: 'ben@hosts.example' },
    { ...(await group([], { displayName: 'Inner' })), name: 'Inner' },
  ];
  cast = made
    .map(({ id, path, name }) => ({
      id,
      $ref: scim.url + path,
      type: path.startsWith('/Users') ? 'User' : 'Group',
      name,
    }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  club = await group([], { displayName: 'Club' });
});
afterAll(() => scim.close());

const { user, group, patch } = groupingOf(() => scim);

const filled = (model: Parameters<typeof record>[0]) =>
  record(model).filter((one) => Object.values(one).some((value) => value !== undefined));
const simple = fc.oneof(word, fc.constantFrom(...NUMBERS), fc.boolean());
const base64 = fc.constantFrom('', 'aGk=', 'aGk', 'AAAA', 'a-_b');

/** Values of which no two are one and the same, and one at most is primary. */
const plural = (value: fc.Arbitrary<string>) =>
  fc
    .uniqueArray(
      fc.record({
        value,
        type: fc.constantFrom('work', 'Home', undefined),
        display: fc.option(word, { nil: undefined }),
        primary: fc.constantFrom(false, undefined),
      }),
      { minLength: 1, maxLength: 3, selector: (one) => foldCase(`${one.value} ${one.type}`) },
    )
    .chain((values) =>
      fc
        .nat({ max: values.length })
        .map((first) => values.map((one, index) => (index === first ? { ...one, primary: true } : one))),
    );

const everyType = filled({
  badge: word,
  floor: fc.integer(),
  rate: fc.constantFrom(...NUMBERS),
  hired: fc.constantFrom(...DATES),
  remote: fc.boolean(),
  tags: fc.uniqueArray(word, { minLength: 1, maxLength: 3, selector: foldCase }),
  desks: plural(word),
});
const strangeThings = filled({
  one: simple,
  many: fc.array(simple, { minLength: 1, maxLength: 3 }),
  Deep: filled({ a: simple, B: simple }),
});

const users = fc.record({
  said: record({
    externalId: word,
    displayName: word,
    title: word,
    active: fc.boolean(),
    name: filled({ familyName: word, givenName: word }),
    emails: plural(word),
    phoneNumbers: plural(word),
    x509Certificates: plural(base64),
    [ENTERPRISE]: filled({
      department: word,
      manager: fc.record({ value: fc.constantFrom(...TEXTS.slice(1)), $ref: word }),
    }),
    [EXTENSION]: everyType,
    [STRANGE]: strangeThings,
  }),
  name: word,
  isMember: fc.boolean(),
});
const groups = fc.record({
  said: record({ externalId: word, [TEAM]: everyType, [STRANGE]: strangeThings }),
  name: word,
  members: fc.uniqueArray(
    fc.record({ who: fc.nat({ max: 2 }), display: fc.option(word, { nil: undefined }) }),
    {
      selector: ({ who }) => who,
    },
  ),
});

let made = 0;

/** As JSON has it: without what is undefined. */
const sent = (said: JsonObject) => JSON.parse(JSON.stringify(said)) as JsonObject;
const schemasOf = (said: JsonObject, core: string, ...extensions: string[]) => [
  core,
  ...extensions.filter((urn) => urn in said),
];

async function create(endpoint: string, said: JsonObject): Promise<{ path: string; shown: JsonObject }> {
  const posted = await scim.call('POST', endpoint, said);
  expect([posted.status, posted.body['detail']]).toEqual([201, undefined]);
  return { path: `${endpoint}/${String(posted.body['id'])}`, shown: posted.body };
}

async function expectStays(path: string, shown: JsonObject): Promise<void> {
  expect((await scim.call('GET', path)).body).toEqual(shown);
  const put = await scim.call('PUT', path, shown);
  expect([put.status, put.body]).toEqual([200, shown]);
  expect((await scim.call('GET', path)).body).toEqual(shown);
}

test('a user is shown with all that was sent, and a PUT of what is shown changes nothing', async () => {
  const play = async ({ said, name, isMember }: { said: JsonObject; name: string; isMember: boolean }) => {
    const body = sent({ userName: `${name}#${++made}`, ...said });
    const { path, shown } = await create('/Users', body);
    const { id, meta, ...others } = shown;
    const schemas = schemasOf(body, USER, ENTERPRISE, EXTENSION);
    expect(others).toEqual({ active: true, ...body, schemas });
    expect(meta).toMatchObject({ resourceType: 'User', version: 'W/"1"', location: scim.url + path });
    if (!isMember) return expectStays(path, shown);
    await patch(club, { op: 'add', path: 'members', value: [{ value: id }] });
    const groups = [{ value: club.id, $ref: scim.url + club.path, type: 'direct', display: 'Club' }];
    return expectStays(path, { ...shown, groups });
  };
  await fc.assert(fc.asyncProperty(users, play), { numRuns: 80 });
});

test('a group is shown with all that was sent, and a PUT of what is shown changes nothing', async () => {
  type Said = { said: JsonObject; name: string; members: { who: number; display: string | undefined }[] };
  const play = async ({ said, name, members }: Said) => {
    const value = members.map(({ who, display }) => ({ value: cast[who]!.id, display }));
    const body = sent({ displayName: `${name}#${++made}`, ...said, members: value });
    const { path, shown } = await create('/Groups', body);
    const { id: _, meta, ...others } = shown;
    const belonging = cast.flatMap(({ id, name: own, ...where }, who) => {
      const member = members.find((one) => one.who === who);
      return member ? [{ value: id, ...where, display: member.display ?? own }] : [];
    });
    expect(others).toEqual({ ...body, members: belonging, schemas: schemasOf(body, GROUP, TEAM) });
    expect(meta).toMatchObject({ resourceType: 'Group', version: 'W/"1"', location: scim.url + path });
    await expectStays(path, shown);
  };
  await fc.assert(fc.asyncProperty(groups, play), { numRuns: 80 });
});
