import { groupName } from './groups-of-every-kind.js';
import type { Path } from './naive.js';
import {
  bracketsOfEveryType,
  COMPLEX,
  core,
  EXACT,
  FLAG,
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
import { ENTERPRISE, EXTENSION, STRANGE, USER } from './people-of-every-kind.js';

const GROUP_NAMES = [0, 1, 2, 3].map(groupName);

const SINGLE: Path[] = [
  ...ofAll('User'),
  core('userName', NAME),
  core('displayName'),
  core('title'),
  path(`${USER.toUpperCase()}:Title`, ['title'], STRING),
  core('active', FLAG),
  core('name.familyName'),
  path('NAME.givenname', ['name', 'givenName'], STRING),
  inside(ENTERPRISE, 'department'),
  path('department', [ENTERPRISE, 'department'], STRING),
  path('manager', [ENTERPRISE, 'manager', 'value'], STRING),
  inside(ENTERPRISE, 'manager.displayName'),
  ...ofEveryType(EXTENSION),
];

const MANY: Path[] = [
  core('schemas', EXACT),
  core('emails.value'),
  path('Emails', ['emails', 'value'], STRING),
  core('emails.type'),
  core('emails.primary', FLAG),
  core('phoneNumbers.display'),
  core('x509Certificates.value', { type: 'binary', caseExact: true }),
  core('groups.value', STRING, idsOf('Group')),
  core('groups.display', STRING, GROUP_NAMES),
  core('groups.type', STRING, ['direct', 'DIRECT', 'indirect']),
  path('groups', ['groups', 'value'], STRING, idsOf('Group')),
  core('groups.$ref', EXACT, placesOf('Group')),
  ...manyOfEveryType(EXTENSION),
  ...STRANGE_NAMES,
];

/** What is compared by its `value`, and present as a whole. */
const WHOLE: Record<string, string[]> = {
  manager: [ENTERPRISE, 'manager'],
  Emails: ['emails'],
  groups: ['groups'],
};

export const OF_PEOPLE: Names = {
  single: SINGLE,
  many: MANY,
  brackets: [
    {
      path: core('emails', COMPLEX),
      subs: [core('value'), core('type'), core('primary', FLAG), core('display')],
    },
    { path: core('phoneNumbers', COMPLEX), subs: [core('value'), core('type')] },
    {
      path: core('groups', COMPLEX),
      subs: [core('value', STRING, idsOf('Group')), core('display', STRING, GROUP_NAMES), core('type')],
    },
    { path: core('name', COMPLEX), subs: [core('familyName'), core('givenName')] },
    ...bracketsOfEveryType(EXTENSION),
  ],
  presence: [
    ...[...SINGLE.filter(({ text }) => text !== 'id'), ...MANY].map((one) => ({
      ...one,
      keys: WHOLE[one.text] ?? one.keys,
    })),
    ...['name', 'emails', 'meta', 'x509Certificates'].map((one) => core(one, COMPLEX)),
    inside(STRANGE, 'Deep', COMPLEX),
  ],
};
