import { GROUP, TEAM } from './groups-of-every-kind.js';
import type { Path } from './naive.js';
import {
  bracketsOfEveryType,
  COMPLEX,
  core,
  EXACT,
  idsOf,
  inside,
  manyOfEveryType,
  NAME,
  type Names,
  ofAll,
  ofEveryType,
  path,
  placesOf,
  STRANGE_NAMES,
  STRING,
} from './names.js';
import { STRANGE } from './people-of-every-kind.js';

const SINGLE: Path[] = [
  ...ofAll('Group'),
  core('displayName', NAME),
  path(`${GROUP.toLowerCase()}:DISPLAYNAME`, ['displayName'], NAME),
  ...ofEveryType(TEAM),
];

const IDS = idsOf('User', 'Group');
const TYPES = ['User', 'GROUP', 'Gr'];

/** What a member is asked for by, in brackets and behind a dot. */
const PARTS: Path[] = [
  core('value', EXACT, IDS),
  core('display'),
  core('type', STRING, TYPES),
  core('$ref', EXACT, placesOf('User', 'Group')),
];

const MEMBERS: Path[] = [
  path('members', ['members', 'value'], EXACT, IDS),
  path(`${GROUP}:Members.VALUE`, ['members', 'value'], EXACT, IDS),
  ...PARTS.map((part) => ({ ...part, text: `members.${part.text}`, keys: ['members', ...part.keys] })),
];

export const OF_GROUPS: Names = {
  single: SINGLE,
  // Members as often as all else.
  many: [
    ...MEMBERS,
    ...MEMBERS,
    core('schemas', EXACT, [GROUP, TEAM]),
    ...manyOfEveryType(TEAM),
    ...STRANGE_NAMES,
  ],
  brackets: [
    { path: core('members', COMPLEX), subs: PARTS },
    { path: path('Members', ['members'], COMPLEX), subs: PARTS },
    ...bracketsOfEveryType(TEAM),
  ],
  presence: [
    ...SINGLE.filter(({ text }) => text !== 'id'),
    ...MEMBERS.map((one) => (one.text === 'members' ? { ...one, keys: ['members'] } : one)),
    ...manyOfEveryType(TEAM),
    core('meta', COMPLEX),
    inside(STRANGE, 'Deep', COMPLEX),
  ],
};
