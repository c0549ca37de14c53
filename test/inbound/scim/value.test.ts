import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Attribute } from '../../../src/inbound/scim/attribute.js';
import { instantOf } from '../../../src/inbound/scim/instant.js';
import { readValue } from '../../../src/inbound/scim/value.js';
import { BADGE_URN, badgeShapes } from './badge.js';

const badge = badgeShapes().User.extensions.find(({ urn }) => urn === BADGE_URN);
const attributeOf = (name: string) => badge?.attributes.get(name) as Attribute;

function refusal(name: string, value: unknown): unknown {
  try {
    return readValue(attributeOf(name), value);
  } catch (error) {
    const { scimType, detail } = error as { scimType: string; detail: string };
    return `${scimType}: ${detail}`;
  }
}

describe('values are kept as they came, if they are of the type that the schema says', () => {
  test.each([
    ['number', 0],
    ['number', -9_007_199_254_740_991],
    ['weight', 1.5],
    ['weight', 3],
    ['issued', '2008-01-23T04:56:22Z'],
    ['issued', '2008-01-23T04:56:22'],
    ['issued', '2008-02-29T24:00:00.000+14:00'],
    ['valid', true],
    ['photo', 'AQID'],
    ['photo', 'AQ=='],
    ['photo', 'AQ'],
    ['photo', '_-8='],
    ['photo', ''],
    ['link', 'https://hosts.example/x'],
    ['colour', 'Purple'],
    ['code', 'ßΣ'],
    ['doors', ['a', 'b']],
  ])('%s: %j', (name, value) => {
    expect(readValue(attributeOf(name), value)).toEqual(value);
  });

  test.each([
    ['number', '5', 'a whole number up to 9007199254740991'],
    ['number', 5.5, 'a whole number up to 9007199254740991'],
    ['number', 2 ** 60, 'a whole number up to 9007199254740991'],
    ['number', true, 'a whole number up to 9007199254740991'],
    ['weight', '1.5', 'a number'],
    ['weight', Infinity, 'a number'],
    ['issued', '2008-01-23', 'a date and time such as 2008-01-23T04:56:22Z'],
    ['issued', '2008-02-30T00:00:00Z', 'a date and time such as 2008-01-23T04:56:22Z'],
    ['issued', '2008-01-23T24:00:01Z', 'a date and time such as 2008-01-23T04:56:22Z'],
    ['issued', '0000-01-01T00:00:00Z', 'a date and time such as 2008-01-23T04:56:22Z'],
    ['issued', 1_201_064_182, 'a date and time such as 2008-01-23T04:56:22Z'],
    ['valid', 1, 'true or false'],
    ['photo', 'A', 'base64'],
    ['photo', 'AQ ID', 'base64'],
    ['link', 5, 'a string'],
    ['code', false, 'a string'],
  ])('%s is refused as %j', (name, value, expected) => {
    expect(refusal(name, value)).toBe(`invalidValue: ${name} must be ${expected}`);
  });

  test.each([
    ['visits', [{ count: 1 }, { count: 2 }, { count: '3' }], 'visits[2].count must be a whole number'],
    ['visits', [null, 'x'], 'visits[1] must be an object'],
    ['visits', { count: '3' }, 'visits.count must be a whole number'],
    ['doors', ['North', 5], 'doors[1] must be a string'],
    ['doors', 5, 'doors must be a string'],
  ])('%s is refused with the place of what is wrong in %j', (name, value, expected) => {
    expect(refusal(name, value)).toContain(`invalidValue: ${expected}`);
  });

  test('a boolean may be a word, one value may stand for a list of one', () => {
    expect(readValue(attributeOf('valid'), 'True')).toBe(true);
    expect(readValue(attributeOf('valid'), 'false')).toBe(false);
    expect(readValue(attributeOf('doors'), 'a')).toEqual(['a']);
  });

  test('parts that are not the client’s to set, or secret, are left out', () => {
    const maker = { name: 'M', secret: 's3cret', batch: 5 };
    expect(readValue(attributeOf('maker'), maker)).toEqual({ name: 'M', batch: 5 });
  });

  test('what is one value twice is kept once, with all that was said of it', () => {
    const visits = [
      { value: 'a', type: 'Office', count: 1 },
      { value: 'a', type: 'lab' },
      { value: 'a', type: 'office', at: '2008-01-23T04:56:22Z' },
      { value: 'A', type: 'office' },
    ];
    expect(readValue(attributeOf('visits'), visits)).toEqual([
      { value: 'a', type: 'office', count: 1, at: '2008-01-23T04:56:22Z' },
      { value: 'a', type: 'lab' },
      { value: 'A', type: 'office' },
    ]);
    expect(readValue(attributeOf('doors'), ['North', 'NORTH', 'south'])).toEqual(['North', 'south']);
  });
});

describe('instants', () => {
  test('are those of the platform, for every time that there is', () => {
    const range = { min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z') };
    fc.assert(
      fc.property(fc.date({ ...range, noInvalidDate: true }), (date) => {
        expect(instantOf(date.toISOString())).toBe(date.getTime() * 1_000);
      }),
    );
  });

  test.each([
    ['2008-01-23T04:56:22Z', '2008-01-23T05:56:22+01:00'],
    ['2008-01-23T04:56:22Z', '2008-01-22T23:56:22.000000-05:00'],
    ['2008-01-23T24:00:00Z', '2008-01-24T00:00:00Z'],
    ['2008-01-23T04:56:22', '2008-01-23T04:56:22Z'],
  ])('%s is %s', (one, other) => {
    expect(instantOf(one)).toBe(instantOf(other));
    expect(instantOf(one)).toBeDefined();
  });

  test.each([
    '',
    'now',
    '2008-13-01T00:00:00Z',
    '2008-01-01T00:60:00Z',
    '2008-01-01T00:00:00+15:00',
    '2007-02-29T00:00:00Z',
  ])('%s is none', (text) => expect(instantOf(text)).toBeUndefined());
});
