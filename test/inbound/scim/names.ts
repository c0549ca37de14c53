import { BASE_URL, type Row } from './listing.js';
import type { Fact, Path } from './naive.js';
import { idOf, STRANGE } from './people-of-every-kind.js';

/** What filters can name of a type of resource. */
export interface Names {
  single: Path[];
  many: Path[];
  /** What stands before brackets, and what may be compared in them. */
  brackets: { path: Path; subs: Path[] }[];
  /** What `pr` asks for. */
  presence: Path[];
}

export const STRING = { type: 'string' } as const;
export const EXACT = { type: 'string', caseExact: true } as const;
export const NAME = { type: 'string', isName: true } as const;
export const FLAG = { type: 'boolean' } as const;
export const NUMBER = { type: 'number' } as const;
export const DATE = { type: 'dateTime' } as const;
export const ANY = { type: 'any' } as const;
export const COMPLEX = { type: 'complex' } as const;

export const path = (text: string, keys: string[], fact: Fact, words: string[] = []): Path => ({
  text,
  keys,
  fact,
  words,
});
export const core = (text: string, fact: Fact = STRING, words: string[] = []) =>
  path(text, text.split('.'), fact, words);
export const inside = (urn: string, text: string, fact: Fact = STRING) =>
  path(`${urn}:${text}`, [urn, ...text.split('.')], fact);

const FEW = [0, 1, 2, 3, 5, 8];

/** Ids that there are, and what is like them. */
export function idsOf(...types: Row['type'][]): string[] {
  const ids = types.flatMap((type) => FEW.map((index) => idOf(type, index)));
  return [...ids, ...ids.slice(0, 2).map((id) => id.toUpperCase()), '01980000-0000-7000-9', '-000000000'];
}

/** Where they are, and what is like that. */
export function placesOf(...types: Row['type'][]): string[] {
  const places = types.flatMap((type) => FEW.map((index) => `${BASE_URL}/${type}s/${idOf(type, index)}`));
  return [
    ...places,
    ...places.slice(0, 2).map((place) => place.toUpperCase()),
    BASE_URL,
    '/Groups/',
    '/Users/',
  ];
}

/** Of every resource. */
export const ofAll = (type: Row['type']): Path[] => [
  core('id', EXACT, idsOf(type)),
  core('externalId', EXACT),
  core('meta.created', DATE),
  core('meta.lastModified', DATE),
  core('meta.resourceType', EXACT, ['User', 'Group', 'group']),
  core('meta.version', EXACT, ['W/"2"', 'w/"2"']),
  core('meta.location', EXACT, placesOf(type)),
];

/** Of every type in TEST_SCHEMA, under this URN. */
export const ofEveryType = (urn: string): Path[] => [
  inside(urn, 'badge', EXACT),
  path(`${urn.toUpperCase()}:floor`, [urn, 'floor'], NUMBER),
  inside(urn, 'rate', NUMBER),
  inside(urn, 'hired', DATE),
  inside(urn, 'remote', FLAG),
];

export const manyOfEveryType = (urn: string): Path[] => [
  inside(urn, 'tags'),
  inside(urn, 'desks.floor', NUMBER),
];

export const bracketsOfEveryType = (urn: string): Names['brackets'] => [
  {
    path: inside(urn, 'desks', COMPLEX),
    subs: [core('value'), core('floor', NUMBER), core('primary', FLAG)],
  },
  { path: inside(urn, 'tags', COMPLEX), subs: [path('value', [], STRING)] },
];

/** What no schema describes. */
export const STRANGE_NAMES: Path[] = [
  inside(STRANGE, 'one', ANY),
  inside(STRANGE, 'many', ANY),
  path(`${STRANGE.toUpperCase()}:deep.A`, [STRANGE, 'Deep', 'a'], ANY),
  inside(STRANGE, 'Deep.B', ANY),
];
