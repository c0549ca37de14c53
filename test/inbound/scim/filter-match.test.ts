import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Attribute } from '../../../src/inbound/scim/attribute.js';
import { readFilter } from '../../../src/inbound/scim/filter.js';
import { createMatcher } from '../../../src/inbound/scim/filter-match.js';
import { findAttribute } from '../../../src/inbound/scim/filter-path.js';
import { elementsAt, holds } from './naive.js';
import { OF_PEOPLE } from './names-of-people.js';
import { samplePeople, USERS } from './people-of-every-kind.js';
import { brackets, written } from './random-filter.js';

const people = samplePeople(352, 200).map(({ shown }) => shown);

test('PATCH finds the values of a list that the same brackets find in a query', () => {
  const kept = OF_PEOPLE.brackets.filter(({ path }) => path.text !== 'groups');
  fc.assert(
    fc.property(brackets(kept), (node) => {
      const { path } = node;
      const attribute = attributeOf(path.text);
      const matches = createMatcher(attribute, readFilter(written(node).slice(path.text.length + 1, -1)));
      for (const person of people)
        for (const element of elementsAt(person, path.keys))
          expect(matches(element)).toBe(holds(node.node, element));
    }),
    { numRuns: 300 },
  );
});

test('what does not fit a sub-attribute’s type is refused before any value is looked at', () => {
  const check = (text: string) => () => createMatcher(attributeOf('emails'), readFilter(text, 7));
  expect(check('type eq "work" and not (primary gt true)')).toThrow(/at character 32: "gt" does not apply/);
  expect(check('value eq 5')).toThrow(/value eq needs a string/);
  expect(check('primary eq "True" or shoe eq 5')).not.toThrow();
});

function attributeOf(path: string): Attribute {
  return findAttribute(USERS, [], path)?.attribute as Attribute;
}
