import { createSecretKey } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createKeyRing } from '../../src/records/key-ring.js';
import { createSeal, type Place, type Seal, SealError } from '../../src/records/seal.js';

const SECRET = '7391528460';
const PLACE: Place = { owner: 'KDcuGIm1QgePTO8WbOqwIQ', column: 'host_key', generation: 3 };

const sealOf = (...ids: string[]): Seal =>
  createSeal(createKeyRing(ids.map((id) => ({ id, key: createSecretKey(Buffer.alloc(32, id)) }))));

const seal = sealOf('new', 'old');
const sealed = seal.seal(SECRET, PLACE);

function failureOf(open: () => string): SealError {
  try {
    open();
  } catch (error) {
    if (error instanceof SealError) return error;
    throw error;
  }
  throw new Error('it opened');
}

describe('a sealed text', () => {
  test('opens in its place, whatever it says', () => {
    expect(seal.open(sealed, PLACE)).toBe(SECRET);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(seal.open(seal.seal(text, PLACE), PLACE)).toBe(text);
      }),
    );
  });

  test('names its key, and shows nothing of what it holds', () => {
    expect(sealed).toMatch(/^v1\.new\.[\w-]{16}\.[\w-]{35}$/);
  });

  test('is another one each time, so that equal keys do not show', () => {
    expect(new Set(Array.from({ length: 100 }, () => seal.seal(SECRET, PLACE))).size).toBe(100);
  });

  test('of long ago still opens: the form and the derivation of keys are pinned', () => {
    const text = 'v1.new.AAECAwQFBgcICQoL.v4Xcnrg27svsRfvOkaqlMyrSAAXRo7TCjoY';
    expect(seal.open(text, PLACE)).toBe(SECRET);
  });

  test.each([
    ['another row', { ...PLACE, owner: 'kDcuGIm1QgePTO8WbOqwIQ' }],
    ['another column', { ...PLACE, column: 'previous_host_key' }],
    ['an older generation', { ...PLACE, generation: 2 }],
    ['a row whose name is made up to look like the place', { ...PLACE, owner: `${PLACE.owner}|host_key|3` }],
  ])('does not open in %s', (_where, place) => {
    expect(failureOf(() => seal.open(sealed, place)).code).toBe('KEY_UNREADABLE');
  });

  test('two rows swapped: neither opens', () => {
    const other = { ...PLACE, owner: 'other' };
    const otherSealed = seal.seal('123450', other);
    failureOf(() => seal.open(otherSealed, PLACE));
    failureOf(() => seal.open(sealed, other));
  });

  test('does not open with any one bit of its text flipped', () => {
    const opened: number[] = [];
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const bytes = Buffer.from(sealed, 'latin1');
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      try {
        seal.open(bytes.toString('latin1'), PLACE);
        opened.push(bit);
      } catch (error) {
        if (!(error instanceof SealError)) throw error;
      }
    }
    expect(opened).toEqual([]);
  });

  test.each([
    '',
    SECRET,
    'v1',
    'v1.new',
    'v1.new..',
    'v1.new.AAAA.AAAA',
    sealed.replace('v1', 'v2'),
    `${sealed}=`,
    `${sealed}\n`,
    ` ${sealed}`,
    sealed.slice(0, -4),
    sealed.slice(0, 24),
  ])('cut, padded or foreign text does not open: %j', (text) => {
    expect(failureOf(() => seal.open(text, PLACE)).code).toBe('KEY_UNREADABLE');
  });
});

describe('a ring', () => {
  test('opens what its older keys sealed, and seals with the newest', () => {
    const before = sealOf('old').seal(SECRET, PLACE);
    expect(seal.open(before, PLACE)).toBe(SECRET);
    expect(seal.seal(SECRET, PLACE)).toMatch(/^v1\.new\./);
  });

  test('does not open what a dropped key sealed', () => {
    expect(failureOf(() => sealOf('old').open(sealed, PLACE)).code).toBe('KEY_UNREADABLE');
  });

  test('does not open with other bytes under the same id, nor the same bytes under another id', () => {
    const ring = (id: string, fill: string): Seal =>
      createSeal(createKeyRing([{ id, key: createSecretKey(Buffer.alloc(32, fill)) }]));
    failureOf(() => ring('new', 'other').open(sealed, PLACE));
    failureOf(() => ring('moved', 'new').open(sealed.replace('.new.', '.moved.'), PLACE));
  });

  test('without a key is refused', () => {
    expect(() => createKeyRing([])).toThrow(TypeError);
  });
});

test('no failure repeats the text, sealed or open', () => {
  const failures = [
    failureOf(() => seal.open(sealed, { ...PLACE, generation: 4 })),
    failureOf(() => seal.open(SECRET, PLACE)),
    failureOf(() => sealOf('x').open(sealed, PLACE)),
  ];
  const printed = failures.map((error) => inspect(error, { depth: 9, showHidden: true })).join();
  expect(printed).not.toContain(SECRET);
  expect(printed).not.toContain(sealed.slice(-20));
});

test('a place that could be taken for another is a mistake of ours', () => {
  expect(() => seal.seal(SECRET, { ...PLACE, column: 'a|b' })).toThrow(TypeError);
  expect(() => seal.open(sealed, { ...PLACE, generation: NaN })).toThrow(TypeError);
});

describe('a keyed hash', () => {
  const stored = seal.keyedHash(SECRET, 'zoom-user');

  test('is found among those of its value, and of no other', () => {
    expect(seal.keyedHashes(SECRET, 'zoom-user')).toContain(stored);
    expect(seal.keyedHashes('7391528461', 'zoom-user')).not.toContain(stored);
    expect(seal.keyedHashes(SECRET, 'zoom-user-2')).not.toContain(stored);
  });

  test('of long ago is still found: its form and the derivation of keys are pinned', () => {
    expect(stored).toBe('new:1ee093423a678c609040d1ac8695f0d8fbf9fae82b5aea575d50ac0026d16c72');
  });

  test('under every key of the ring finds a value by equality, also one hashed under an older key', () => {
    const all = sealOf('newest', 'new', 'old').keyedHashes(SECRET, 'zoom-user');
    expect(all.map((text) => text.split(':')[0])).toEqual(['newest', 'new', 'old']);
    expect(all).toContain(stored);
    expect(sealOf('newest', 'new').keyedHashes(SECRET, 'somebody-else')).not.toContain(stored);
  });

  test('is not found once its key is dropped', () => {
    expect(sealOf('newest').keyedHashes(SECRET, 'zoom-user')).not.toContain(stored);
  });

  test('cannot be made without the key, and cannot be moved between context and value', () => {
    expect(sealOf('other').keyedHash(SECRET, 'zoom-user').slice(6)).not.toBe(stored.slice(4));
    expect(seal.keyedHash('b|c', 'a')).not.toBe(seal.keyedHash('c', 'a|b'));
  });
});
