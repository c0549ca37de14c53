import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BodyError } from '../../src/http/body-error.js';
import { parseJson } from '../../src/http/json.js';
import { findJsonError } from '../../src/http/json-position.js';

const parse = (text: string, maxDepth?: number): unknown => parseJson(Buffer.from(text), maxDepth);

function failureOf(text: string | Buffer, maxDepth?: number): string {
  try {
    parseJson(Buffer.from(text as string), maxDepth);
  } catch (error) {
    if (error instanceof BodyError) return `${error.status} ${error.code}: ${error.detail}`;
    throw error;
  }
  return 'taken';
}

describe('what JSON.parse takes', () => {
  test('is taken as it is', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5, noUnicodeString: false }), (value) => {
        const text = JSON.stringify(value);
        expect(failureOf(text) === 'taken' ? parse(text) : JSON.parse(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  test.each([
    '"{[\\"[{"',
    '{"[[[[":"]]]]\\\\"}',
    '"\\u0041"',
    ' [1 ,2]\n',
    '\uFEFF{}',
    '"😀"',
    '"\\ud83d\\ude00"',
  ])('also when it looks odd: %s', (text) => {
    expect(parse(text, 1)).toEqual(JSON.parse(text.replace('\uFEFF', '')));
  });

  test('words in values that would be forbidden as keys are no harm', () => {
    const value = {
      a: '__proto__',
      b: 'constructor',
      constructor: 'Bob',
      prototype: {},
      c: { constructor: { x: 1 } },
    };
    expect(parse(JSON.stringify(value))).toEqual(value);
  });
});

describe('depth', () => {
  const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

  test('up to the limit is taken, one more is not', () => {
    expect(failureOf(nested(64))).toBe('taken');
    expect(failureOf(nested(65))).toBe(
      '400 BODY_TOO_DEEP: the body is nested deeper than 64 levels at byte 64',
    );
    expect(failureOf('{"a":{"b":[]}}', 2)).toBe(
      '400 BODY_TOO_DEEP: the body is nested deeper than 2 levels at byte 10',
    );
  });

  test('of a million, closed or not, is refused without harm', () => {
    expect(failureOf(nested(1_000_000))).toContain('BODY_TOO_DEEP');
    expect(failureOf('[{"a":'.repeat(300_000))).toContain('BODY_TOO_DEEP');
    expect(failureOf(']'.repeat(1_000_000))).toContain('BODY_NOT_JSON');
  });

  test('is not breadth', () => {
    expect(failureOf(`[${'[],'.repeat(10_000)}{}]`, 2)).toBe('taken');
  });
});

describe('a key that reaches for a prototype', () => {
  test.each([
    ['{"__proto__":{"isAdmin":true}}', '__proto__'],
    ['{"a":[{"b":{"__proto__":1}}]}', 'a[0].b.__proto__'],
    ['{"\\u005f_proto__":null}', '__proto__'],
    ['{"constructor":{"prototype":{"x":1}}}', 'constructor'],
    ['[{"c\\u006fnstructor":{"\\u0070rototype":1}}]', '[0].constructor'],
  ])('is refused with its place: %s', (text, place) => {
    expect(failureOf(text)).toBe(`400 BODY_FORBIDDEN_KEY: the body has a key that is not allowed: ${place}`);
    expect(({} as Record<string, unknown>).isAdmin).toBeUndefined();
  });
});

describe('text that cannot be kept', () => {
  test.each([
    ['a NUL', '{"name":{"givenName":"A\\u0000da"}}', 'name.givenName'],
    ['a high surrogate alone', '{"emails":[{},{"value":"\\uD83Dx"}]}', 'emails[1].value'],
    ['a low surrogate alone', '["\\ude00\\ud83d"]', '[0]'],
    ['a NUL in a key', '{"a\\u0000":1}', 'a\uFFFD'],
    ['a NUL and nothing around it', '"\\u0000"', 'its one text'],
  ])('%s is refused with its place', (_what, text, place) => {
    expect(failureOf(text)).toBe(
      `400 BODY_BAD_TEXT: the body has a NUL or half a surrogate pair in ${place}`,
    );
  });

  test('bytes that are not UTF-8 are refused', () => {
    for (const bytes of [
      [0x22, 0xff, 0x22],
      [0x22, 0xed, 0xa0, 0xbd, 0x22],
      [0xff, 0xfe, 0x7b, 0],
    ]) {
      expect(failureOf(Buffer.from(bytes))).toBe('400 BODY_BAD_TEXT: the body is not UTF-8');
    }
  });

  test('a long path is cut', () => {
    expect(failureOf(JSON.stringify({ ['k'.repeat(5_000)]: '\0' })).length).toBeLessThan(300);
  });
});

describe('what is not JSON', () => {
  test.each([
    ['{"a":}', 'line 1, column 6'],
    ['{"a":1,}', 'line 1, column 8'],
    ['{"a" 1}', 'line 1, column 6'],
    ['{a:1}', 'line 1, column 2'],
    ['[1,2', 'line 1, column 5'],
    ['[1 2]', 'line 1, column 4'],
    ['[1,]', 'line 1, column 4'],
    ['nope', 'line 1, column 1'],
    ['{}x', 'line 1, column 3'],
    ['{"a":"x\ny"}', 'line 1, column 8'],
    ['"a\\x"', 'line 1, column 3'],
    ['"a\\u12"', 'line 1, column 3'],
    ['"a', 'line 1, column 3'],
    ['01', 'line 1, column 2'],
    ['-', 'line 1, column 1'],
    ["{'a':1}", 'line 1, column 2'],
    ['[NaN]', 'line 1, column 2'],
    ['{"a":1}\n\n}', 'line 3, column 1'],
    ['{\r\n  "a": 1,\r\n  "b": x\r\n}', 'line 3, column 8'],
    ['}', 'line 1, column 1'],
    ['userName=ada&x=1', 'line 1, column 1'],
    ['<html>', 'line 1, column 1'],
  ])('is refused with the place where it stops being JSON: %j', (text, place) => {
    expect(failureOf(text)).toBe(`400 BODY_NOT_JSON: the body is not JSON: see ${place}`);
  });

  test('an empty body is called so', () => {
    expect(failureOf('')).toBe('400 BODY_NOT_JSON: the body is not JSON: it is empty');
    expect(failureOf(' \n')).toBe('400 BODY_NOT_JSON: the body is not JSON: it is empty');
  });

  test('is never repeated, not even in a cause', () => {
    try {
      parse('{"password":"s3cret"');
    } catch (error) {
      expect(`${(error as Error).stack} ${String((error as Error).cause)}`).not.toContain('s3cret');
    }
    expect.assertions(1);
  });

  test('the place is the end exactly for texts that are JSON, or too short', () => {
    const cut = fc.tuple(fc.jsonValue(), fc.nat());
    fc.assert(
      fc.property(cut, ([value, at]) => {
        const text = JSON.stringify(value);
        expect(findJsonError(text)).toBe(text.length);
        const part = text.slice(0, at % (text.length + 1));
        expect(findJsonError(part)).toBeLessThanOrEqual(part.length);
      }),
    );
  });

  test('a mistake at the end of a megabyte is found as well', () => {
    const text = `{"a":"${'\\"x'.repeat(400_000)}",}`;
    expect(failureOf(text)).toContain(`column ${text.length}`);
  });
});
