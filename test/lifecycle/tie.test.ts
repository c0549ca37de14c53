import { describe, expect, test } from '@jest/globals';
import type { Identifier } from '../../src/lifecycle/event.js';
import { named } from '../../src/lifecycle/named.js';
import { newPerson, type Person } from '../../src/lifecycle/person.js';
import { tie } from '../../src/lifecycle/tie.js';

const SAID_AT = Date.parse('2026-11-01T00:00:00Z');
const sid = (value: string): Identifier => ({ kind: 'ad-sid', value });
const guid = (value: string): Identifier => ({ kind: 'ad-guid', value });
const mail = (value: string): Identifier => ({ kind: 'mail', value });
const account = (value: string): Identifier => ({ kind: 'user-name', value });

function knownAs(id: string, ...links: Identifier[]): Person {
  return named({ ...newPerson(id), links: links.map((link) => ({ ...link, claimedAt: SAID_AT })) });
}

function among(...people: Person[]) {
  return new Map(people.map((person) => [person.id, person]));
}

const valuesOf = (person: Person | undefined) => person?.links.map((link) => link.value).sort();

test('a person that is found by their mail is known by the other identifiers from then on', () => {
  const people = among(knownAs('ann', mail('ann@x')));
  expect(tie([sid('s1'), guid('g1'), mail('ann@x')], people)).toMatchObject({ outcome: 'linked', merged: 0 });
  expect(valuesOf(people.get('ann'))).toEqual(['ann@x', 'g1', 's1']);
});

test('said again it changes nothing', () => {
  const people = among(knownAs('ann', mail('ann@x')));
  tie([sid('s1'), mail('ann@x')], people);
  const before = people.get('ann');
  expect(tie([sid('s1'), mail('ann@x')], people).outcome).toBe('unchanged');
  expect(people.get('ann')).toBe(before);
});

test('nobody is made up of identifiers that nobody has', () => {
  const people = among(knownAs('ann', mail('ann@x')));
  expect(tie([sid('s9'), mail('nobody@x')], people)).toEqual({ outcome: 'unknown' });
  expect(people.size).toBe(1);
});

test('those who were two until now are one, whoever came first', () => {
  const people = among(knownAs('a', mail('ann@x')), knownAs('b', sid('s1')));
  expect(tie([sid('s1'), mail('ann@x')], people)).toMatchObject({ outcome: 'linked', merged: 1 });
  expect(valuesOf(people.get('a'))).toEqual(['ann@x', 's1']);
  expect(people.get('b')).toMatchObject({ mergedInto: 'a', links: [] });
});

describe('two people stay two when', () => {
  test('the mail is that of somebody with another SID, known by no other identifier', () => {
    const people = among(knownAs('ann', sid('s1'), mail('ann@x')));
    expect(tie([sid('s2'), mail('ann@x')], people)).toEqual({ outcome: 'conflict' });
    expect(valuesOf(people.get('ann'))).toEqual(['ann@x', 's1']);
  });

  test('ids that are never passed on are of two people', () => {
    const people = among(knownAs('a', sid('s1'), guid('g1')), knownAs('b', guid('g2')));
    expect(tie([sid('s1'), guid('g2')], people)).toEqual({ outcome: 'conflict' });
    expect([...people.values()].some((person) => person.mergedInto)).toBe(false);
  });

  test('a directory gave them different ids of another kind', () => {
    const okta = (value: string): Identifier => ({ kind: 'okta-id', value });
    const people = among(knownAs('a', okta('o1'), mail('ann@x')), knownAs('b', okta('o2'), mail('a.n@x')));
    expect(tie([sid('s1'), mail('ann@x'), mail('a.n@x')], people)).toEqual({ outcome: 'conflict' });
  });
});

test('a mail stays with whom a source says it belongs to, whatever the list says', () => {
  const people = among(knownAs('a', sid('s1'), mail('desk@x')), knownAs('b', sid('s2'), mail('bob@x')));
  expect(tie([sid('s2'), mail('bob@x'), mail('desk@x')], people).outcome).toBe('unchanged');
  expect(valuesOf(people.get('a'))).toContain('desk@x');
});

test('an account name goes to the next of that name', () => {
  const people = among(
    knownAs('old', sid('s1'), mail('old@x'), account('corp\\jdoe')),
    knownAs('new', mail('new@x')),
  );
  expect(tie([sid('s2'), mail('new@x'), account('corp\\jdoe')], people).outcome).toBe('linked');
  expect(valuesOf(people.get('old'))).toEqual(['old@x', 's1']);
  expect(valuesOf(people.get('new'))).toEqual(['corp\\jdoe', 'new@x', 's2']);
});

test('what a list says of a mail gives way to any source', () => {
  const people = among(knownAs('ann', sid('s1')));
  tie([sid('s1'), mail('ann@x')], people);
  const link = people.get('ann')?.links.find((one) => one.kind === 'mail');
  expect(link?.claimedAt).toBeLessThan(SAID_AT);
});
