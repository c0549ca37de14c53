import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../src/inbound/scim/json.js';
import { readOperations } from '../../../src/inbound/scim/operations.js';
import { patchUser, readUser, replaceUser } from '../../../src/inbound/scim/user-resource.js';
import { BADGE_URN, badgeShapes } from './badge.js';

const shape = badgeShapes().User;
const user = (badge: JsonObject) => readUser(shape, { userName: 'mira', [BADGE_URN]: badge });
const patched = (badge: JsonObject, ...Operations: unknown[]) =>
  patchUser(shape, user(badge), readOperations({ Operations }))[BADGE_URN];
const put = (badge: JsonObject, next: JsonObject | undefined) =>
  replaceUser(shape, user(badge), { userName: 'mira', ...(next && { [BADGE_URN]: next }) })[BADGE_URN];
const at = (path: string) => `${BADGE_URN}:${path}`;

function refusal(attempt: () => unknown): unknown {
  try {
    return attempt();
  } catch (error) {
    const { status, scimType, detail } = error as { status: number; scimType: string; detail: string };
    return `${status} ${scimType}: ${detail}`;
  }
}

describe('an immutable value is set once', () => {
  const badge = { number: 1, serial: 'S1', maker: { name: 'M', batch: 7 } };

  test.each([
    ['replace', { op: 'replace', path: at('serial'), value: 'S2' }, 'serial'],
    ['add', { op: 'add', path: at('serial'), value: 'S2' }, 'serial'],
    ['remove', { op: 'remove', path: at('serial') }, 'serial'],
    ['null', { op: 'replace', value: { [at('serial')]: null } }, 'serial'],
    ['a part', { op: 'replace', path: at('maker.batch'), value: 8 }, 'maker.batch'],
    ['removal of all around a part', { op: 'remove', path: at('maker') }, 'maker.batch'],
    ['removal of the extension', { op: 'remove', path: BADGE_URN }, 'serial'],
  ])('PATCH cannot change it by %s', (_, operation, name) => {
    const noChange = { op: 'add', path: 'title', value: 'x' };
    expect(refusal(() => patched(badge, noChange, operation))).toMatch(
      `400 mutability: Operations[1]: ${name} is immutable`,
    );
  });

  test('not in one request either', () => {
    const set = (value: string) => ({ op: 'add', path: at('serial'), value });
    expect(patched({ number: 1 }, set('S1'), set('S1'))).toMatchObject({ serial: 'S1' });
    expect(refusal(() => patched({ number: 1 }, set('S1'), set('S2')))).toMatch(
      /^400 mutability: Operations\[1\]/,
    );
  });

  test('the same value, and other parts, are taken', () => {
    const value = { name: 'N', batch: 7 };
    expect(patched(badge, { op: 'replace', path: at('maker'), value })).toMatchObject({ maker: value });
    expect(patched(badge, { op: 'add', value: { [BADGE_URN]: { serial: 'S1', weight: 2 } } })).toMatchObject({
      serial: 'S1',
      weight: 2,
    });
  });

  test('PUT keeps it when it does not say it, takes it again, and refuses another', () => {
    expect(put(badge, { number: 2, maker: { name: 'N' } })).toEqual({
      number: 2,
      serial: 'S1',
      maker: { name: 'N', batch: 7 },
    });
    expect(put(badge, badge)).toEqual(badge);
    expect(refusal(() => put(badge, { number: 1, serial: 'S2' }))).toMatch(
      /^400 mutability: serial is immutable/,
    );
    expect(refusal(() => put(badge, { number: 1, maker: { name: 'M', batch: 8 } }))).toMatch(/maker.batch/);
  });

  test('elements of a list come and go; one that stays keeps its immutable parts', () => {
    const visits = [{ value: 'a', count: 1 }, { value: 'b' }];
    const change = (op: string, path: string, value?: unknown) =>
      patched({ number: 1, visits }, { op, path: at(path), value });
    expect(change('remove', 'visits[value eq "a"]')).toEqual({ number: 1, visits: [{ value: 'b' }] });
    expect(change('replace', 'visits', [{ value: 'c' }])).toEqual({ number: 1, visits: [{ value: 'c' }] });
    expect(change('replace', 'visits[value eq "a"].count', 2)).toMatchObject({
      visits: [{ value: 'a', count: 2 }, { value: 'b' }],
    });
    expect(refusal(() => change('replace', 'visits[value eq "a"].value', 'z'))).toMatch(
      /^400 mutability: .*visits.value is immutable/,
    );
    expect(refusal(() => change('add', 'visits[count eq 1]', { value: 'z' }))).toMatch(
      /visits.value is immutable/,
    );
  });
});

describe('what is required', () => {
  test.each([
    ['of an extension that is used', { weight: 2 }, `${BADGE_URN}:number`],
    ['of a complex value', { number: 1, maker: { batch: 1 } }, `${BADGE_URN}:maker.name`],
  ])('must be in a POST and a PUT: %s', (_, badge, path) => {
    const expected = `400 invalidValue: ${path} is required and cannot be empty`;
    expect(refusal(() => user(badge))).toBe(expected);
    expect(refusal(() => put({ number: 1 }, badge))).toBe(expected);
  });

  test('cannot be taken away by a PATCH, which tells the operation that did', () => {
    const other = { op: 'add', path: at('weight'), value: 1 };
    const remove = { op: 'remove', path: at('number') };
    expect(refusal(() => patched({ number: 1 }, other, remove, other))).toBe(
      `400 mutability: Operations[1]: ${at('number')} is required: it cannot be removed (path "${at('number')}")`,
    );
    expect(patched({ number: 1 }, remove, other, { op: 'add', path: at('number'), value: 2 })).toMatchObject({
      number: 2,
    });
  });

  test('must come along when a PATCH makes what asks for it', () => {
    const add = { op: 'add', path: at('weight'), value: 1 };
    expect(refusal(() => patched({}, add))).toMatch(
      /^400 invalidValue: Operations\[0\]: .*:number is required/,
    );
    expect(patched({}, add, { op: 'add', path: at('number'), value: 2 })).toEqual({ weight: 1, number: 2 });
  });

  test('is not asked of what was there before its schema', () => {
    const old = { schemas: [], userName: 'mira', active: true, [BADGE_URN]: { weight: 1 } };
    const Operations = [{ op: 'add', path: 'title', value: 'T' }];
    expect(patchUser(shape, old, readOperations({ Operations }))).toMatchObject({ title: 'T' });
  });
});

test('what only we may set is ignored without a path and refused with one; what is write-only is thrown away', () => {
  const said = { number: 1, origin: 'x', pin: '1234', maker: { name: 'M', secret: 's3cret' } };
  expect(user(said)[BADGE_URN]).toEqual({ number: 1, maker: { name: 'M' } });
  expect(patched({ number: 1 }, { op: 'add', value: { [BADGE_URN]: said } })).toEqual({
    number: 1,
    maker: { name: 'M' },
  });
  expect(patched({ number: 1 }, { op: 'add', path: at('pin'), value: '1' })).toEqual({ number: 1 });
  expect(refusal(() => patched({ number: 1 }, { op: 'add', path: at('origin'), value: 'x' }))).toMatch(
    /^400 mutability: .*origin is read-only/,
  );
});

describe('filters in paths compare by the schema', () => {
  const visits = [
    { value: 'a', at: '2008-01-23T04:56:22Z', count: 9, type: 'Office', primary: true },
    { value: 'b', at: '2008-01-23T06:00:00+01:00', count: 10 },
    { value: 'C', count: -1 },
  ];
  const matched = (filter: string) => {
    const left = patched(
      { number: 1, visits },
      { op: 'remove', path: at(`visits[${filter}]`) },
    ) as JsonObject;
    const values = ((left['visits'] ?? []) as JsonObject[]).map(({ value }) => value);
    return visits
      .map(({ value }) => value)
      .filter((value) => !values.includes(value))
      .join('');
  };

  test.each([
    ['count eq 9', 'a'],
    ['count gt 9', 'b'],
    ['count ge 9 and not (count eq 10)', 'a'],
    ['count lt -0.5', 'C'],
    ['count ne 9', 'bC'],
    ['at eq "2008-01-23T05:56:22+01:00"', 'a'],
    ['at lt "2008-01-23T05:00:00Z"', 'a'],
    ['at ge "2008-01-23T05:00:00Z"', 'b'],
    ['at pr', 'ab'],
    ['at co "06:00"', 'b'],
    ['not (at pr)', 'C'],
    ['value eq "c"', ''],
    ['value eq "C"', 'C'],
    ['value gt "a"', 'b'],
    ['type eq "oFFICE"', 'a'],
    ['type sw "off" or value ew "b"', 'ab'],
    ['type eq null', 'bC'],
    ['primary eq true', 'a'],
    ['primary eq "True"', 'a'],
    ['primary ne true', 'bC'],
    ['value eq "a" and (count eq 9 or count eq 10)', 'a'],
  ])('%s', (filter, expected) => expect(matched(filter)).toBe(expected));

  test.each([
    ['count eq "9"', 'character 74: count eq needs a number, not "9"'],
    ['at gt "today"', 'character 71: at gt needs a date and time'],
    ['at eq 5', 'at eq needs a date and time'],
    ['primary gt true', '"gt" does not apply to primary, whose type is boolean'],
    ['primary eq "maybe"', 'primary eq needs true or false'],
    ['value eq 5', 'value eq needs a string, not 5'],
  ])('%s is an invalidFilter', (filter, detail) => {
    expect(refusal(() => matched(filter))).toMatch(/^400 invalidFilter/);
    expect(refusal(() => matched(filter))).toMatch(detail);
  });

  test('values of a simple list are asked for as value', () => {
    const remove = { op: 'remove', path: at('doors[value sw "N"]') };
    expect(patched({ number: 1, doors: ['north', 'south'] }, remove)).toEqual({
      number: 1,
      doors: ['south'],
    });
    const replace = { op: 'replace', path: at('doors[value eq "north"]'), value: 'east' };
    expect(patched({ number: 1, doors: ['north', 'south'] }, replace)).toMatchObject({
      doors: ['east', 'south'],
    });
  });
});

describe('a filter that matches nothing', () => {
  const change = (op: string, filter: string, sub = 'count') =>
    patched({ number: 1 }, { op, path: at(`visits[${filter}].${sub}`), value: 3 });

  test('makes the value that an add asks for', () => {
    expect(change('add', 'type eq "attic"')).toMatchObject({ visits: [{ type: 'attic', count: 3 }] });
    expect(change('add', 'value eq "a" and primary eq "True"')).toMatchObject({
      visits: [{ value: 'a', primary: true, count: 3 }],
    });
  });

  test('makes what a replace asks for by labels of the schema only', () => {
    expect(change('replace', 'type eq "LAB"')).toMatchObject({ visits: [{ type: 'LAB', count: 3 }] });
    expect(change('replace', 'primary eq true')).toMatchObject({ visits: [{ primary: true, count: 3 }] });
  });

  test.each([
    ['replace', 'type eq "attic"'],
    ['replace', 'value eq "a"'],
    ['add', 'type ne "lab"'],
    ['add', 'type eq "lab" or type eq "office"'],
    ['add', 'type eq "lab" and type eq "office"'],
  ])('is noTarget for a %s of %s', (op, filter) => {
    expect(refusal(() => change(op, filter))).toMatch(
      /^400 noTarget: Operations\[0\]: no value of visits matches/,
    );
  });
});
