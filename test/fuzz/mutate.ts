import type { Chance } from '../chaos/chance.js';

const PIECES = [
  ...'()[]."\\:;,%_$\'{}\0\n\t ',
  ...[
    'eq',
    'and',
    'or',
    'not',
    'pr',
    'co',
    'null',
    'true',
    '-1',
    '1e309',
    '0x1',
    '%00',
    '%F0%9F%98%80',
    '𝔘',
    'İ',
    'ß',
  ],
  ...[
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    '\ud800',
    '"a\\u0000"',
    '\\',
    "';--",
    '$1',
    '${1}',
    'urn:',
  ],
];
const ODD_VALUES: readonly unknown[] = [
  ...[
    null,
    true,
    false,
    0,
    -1,
    1.5,
    1e308,
    2 ** 53,
    '',
    ' ',
    'True',
    'null',
    '\0',
    '\ud800',
    'x'.repeat(5_000),
  ],
  ...[[], {}, [[]], [null], [{}], { value: null }, { value: { value: [] } }, { $ref: 1 }],
  ...['2026-01-01T00:00:00Z', 'bulkId:q', 'W/"1"', '2819c223-7f76-453a-919d-413861904646'],
];
const ODD_KEYS = [
  '__proto__',
  'constructor',
  'Value',
  'TYPE',
  'a.b',
  'emails[type eq "work"]',
  'urn:x:y',
  '$ref',
  '',
];

/** A text with a few things in it that should not be there, or missing. */
export function mutateText(chance: Chance, corpus: readonly string[]): string {
  let text = chance.pick(corpus);
  for (let times = chance.between(0, 4); times > 0; times--) text = mutateOnce(chance, text, corpus);
  return text;
}

function mutateOnce(chance: Chance, text: string, corpus: readonly string[]): string {
  const [from, to] = [chance.between(0, text.length), chance.between(0, text.length)].toSorted(
    (a, b) => a - b,
  ) as [number, number];
  switch (chance.between(0, 6)) {
    case 0:
      return text.slice(0, from) + text.slice(to);
    case 1:
      return text.slice(0, from) + chance.pick(PIECES) + text.slice(from);
    case 2:
      return text.slice(0, from) + chance.pick(corpus) + text.slice(to);
    case 3:
      return `${text} ${chance.pick(['and', 'or', 'AND', 'xor', ''])} ${chance.pick(corpus)}`;
    case 4:
      return text.slice(0, to) + text.slice(from, to).repeat(chance.between(1, 40)) + text.slice(to);
    case 5:
      return '('.repeat(chance.between(1, 60)) + text + ')'.repeat(chance.between(0, 60));
    default:
      return `not (${text})`;
  }
}

/** A copy of a JSON value, changed in a few places. */
export function mutateJson(chance: Chance, value: unknown): unknown {
  let copy = structuredClone(value);
  for (let times = chance.between(0, 3); times > 0; times--) copy = changeSomewhere(chance, copy);
  return copy;
}

function changeSomewhere(chance: Chance, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || chance.percent(15)) return chance.pick(ODD_VALUES);
  if (Array.isArray(value)) return changeArray(chance, value);
  const keys = Object.keys(value);
  const entries = Object.entries(value);
  if (keys.length === 0 || chance.percent(15)) entries.push([chance.pick(ODD_KEYS), chance.pick(ODD_VALUES)]);
  const at = chance.between(0, entries.length - 1);
  const [key, one] = entries[at] as [string, unknown];
  if (chance.percent(10)) entries.splice(at, 1);
  else if (chance.percent(10)) entries[at] = [chance.pick([key.toUpperCase(), ...ODD_KEYS]), one];
  else entries[at] = [key, changeSomewhere(chance, one)];
  return Object.fromEntries(entries);
}

function changeArray(chance: Chance, list: unknown[]): unknown[] {
  if (list.length === 0 || chance.percent(10)) return [...list, chance.pick(ODD_VALUES)];
  const at = chance.between(0, list.length - 1);
  if (chance.percent(10)) return Array.from({ length: chance.between(1, 400) }, () => list[at]);
  return list.with(at, changeSomewhere(chance, list[at]));
}
