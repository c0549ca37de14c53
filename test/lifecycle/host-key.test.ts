import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { chooseHostKey, HostKey, isHostKey } from '../../src/lifecycle/host-key.js';

const SECRET = '7391528460';

/** A random source that plays these digits, then fails. */
function playing(digits: string): () => number {
  const rest = [...digits].map(Number);
  return () => {
    const digit = rest.shift();
    if (digit === undefined) throw new Error('the tape is at its end');
    return digit;
  };
}

function chosen(digits: string, length = 6, previous?: HostKey): string {
  return chooseHostKey(length, playing(digits), (key) => previous?.equals(key) ?? false).reveal();
}

describe('a host key', () => {
  test.each(['000123', '123456', '0000000000', SECRET])(
    'is 6 to 10 digits, leading zeros kept: %s',
    (text) => {
      expect(isHostKey(text)).toBe(true);
      expect(HostKey.parse(text).reveal()).toBe(text);
    },
  );

  test.each([
    ['too short', '12345'],
    ['too long', '12345678901'],
    ['a letter', '12345a'],
    ['a blank', '123456 '],
    ['a line break', '123456\n'],
    ['other digits than 0 to 9', '١٢٣٤٥٦'],
    ['empty', ''],
    ['a number', 123456],
    ['nothing', undefined],
    ['null', null],
    ['a list', ['123456']],
  ])('is nothing else (%s), and the refusal does not repeat it', (_what, text) => {
    expect(isHostKey(text)).toBe(false);
    expect(() => HostKey.parse(text)).toThrow(new TypeError('a host key is 6 to 10 digits'));
  });

  test('prints as the same dots everywhere, however long it is', () => {
    const key = HostKey.parse(SECRET);
    const printed = [
      String(key),
      `${key}`,
      '' + key,
      key.toString(),
      key.toLocaleString(),
      JSON.parse(JSON.stringify(key)),
      [key].join(),
      inspect(key),
      inspect(HostKey.parse('123450')),
    ];
    expect(new Set(printed)).toEqual(new Set(['••••••']));
  });

  test('cannot be got at by listing, copying or cloning', () => {
    const key = HostKey.parse(SECRET);
    const shown = [
      inspect({ deep: [{ key }] }, { showHidden: true, depth: 9 }),
      inspect(key, { customInspect: false, showHidden: true, depth: 9 }),
      JSON.stringify({ key, copy: { ...key }, clone: structuredClone(key) }),
      Reflect.ownKeys(key).join(),
      String(Number(key)),
    ];
    expect(shown.filter((text) => text.includes(SECRET))).toEqual([]);
  });

  test('equals another of the same digits, and no other', () => {
    expect(HostKey.parse('012345').equals(HostKey.parse('012345'))).toBe(true);
    expect(HostKey.parse('0123456').equals(HostKey.parse('012345'))).toBe(false);
  });
});

describe('choosing a host key', () => {
  test.each([
    ['all the same', '777777'],
    ['rising', '123456'],
    ['rising over nine', '789012'],
    ['falling', '654321'],
    ['falling below nought', '210987'],
    ['a repeated pair', '121212'],
    ['a repeated three', '123123'],
  ])('a weak one is drawn again: %s', (_why, weak) => {
    expect(chosen(weak + '502816')).toBe('502816');
  });

  test.each([
    ['1212121', 7],
    ['12312312', 8],
    ['1234123412', 10],
    ['1234512345', 10],
    ['9876543210', 10],
  ])('longer repeats and runs are weak too: %s', (weak, length) => {
    expect(chosen(weak + '5028169374', length)).toBe('5028169374'.slice(0, length));
  });

  test.each(['123457', '121213', '110119', '000001', '135790'])(
    'a key that only looks a little regular is taken: %s',
    (digits) => {
      expect(chosen(digits)).toBe(digits);
    },
  );

  test('the previous key is not given again', () => {
    expect(chosen('502816' + '904417', 6, HostKey.parse('502816'))).toBe('904417');
  });

  test('a random source that only gives weak keys is an error, not an endless loop', () => {
    expect(() => chooseHostKey(6, () => 4)).toThrow('the random source is broken');
  });

  test.each([NaN, 10, -1, 0.5])('a random source that gives %p is an error', (digit) => {
    const rest = playing('502816');
    let drawn = 0;
    expect(() => chooseHostKey(6, () => (drawn++ === 3 ? digit : rest()))).toThrow('a digit is 0 to 9');
  });

  test.each([5, 11, 0, NaN])('a length of %p is an error', (length) => {
    expect(() => chooseHostKey(length, playing('5028169374502'))).toThrow(TypeError);
  });

  test('whatever is drawn, the key has the asked length and is not the previous one', () => {
    const digits = fc.infiniteStream(fc.nat({ max: 9 }));
    fc.assert(
      fc.property(fc.integer({ min: 6, max: 10 }), digits, (length, stream) => {
        const draw = (): number => stream.next().value;
        const first = chooseHostKey(length, draw);
        const second = chooseHostKey(length, draw, (key) => key.equals(first));
        expect(first.reveal()).toHaveLength(length);
        expect(second.equals(first)).toBe(false);
      }),
      { numRuns: 500 },
    );
  });
});
