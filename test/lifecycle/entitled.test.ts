import { expect, test } from '@jest/globals';
import { isEntitledGroup } from '../../src/lifecycle/entitled.js';

test.each<[string, boolean, string | null, string[]]>([
  ['hosts', true, null, ['Other', ' HOSTS ']],
  ['straße', true, null, ['Straße']],
  ['λογοσ', true, null, ['ΛΟΓΟΣ']],
  ['istanbul', true, null, ['İstanbul']],
  ['caf\u00e9', true, null, ['Cafe\u0301']],
  ['other', true, '00g1', ['00g1']],
  ['other', false, '00G1', ['00g1']],
  ['other', false, null, ['hosts']],
  ['hosts', false, null, []],
])('a group named %s is one of those: %s', (nameKey, expected, externalId, groups) => {
  expect(isEntitledGroup({ nameKey, externalId }, groups)).toBe(expected);
});
