import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readFacts, storeFacts } from '../../src/records/facts.js';

const fact = fc.record({
  value: fc.option(fc.string()),
  at: fc.integer({ min: 0, max: 3 }),
  sequence: fc.integer({ min: 0, max: 1 }),
});

test('facts come back from PostgreSQL as they were kept, each with the time of its telling', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.stringMatching(/^[a-z]{1,12}$/), fact), (facts) => {
      const kept = JSON.parse(JSON.stringify(storeFacts(facts)));
      expect(readFacts(kept)).toEqual(facts);
    }),
  );
});

test('what one notice told is kept under its time once', () => {
  const told = { at: 5, sequence: 1 };
  const facts = { mail: { value: 'ann@example.com', ...told }, manager: { value: null, ...told } };
  expect(storeFacts(facts)).toEqual([{ ...told, said: { mail: 'ann@example.com', manager: null } }]);
});
