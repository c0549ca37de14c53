import { Buffer } from 'node:buffer';
import { describe, expect, test } from '@jest/globals';
import { hmacSha256Hex, isSameText } from '../../src/inbound/signature.js';

describe('an HMAC', () => {
  test('is the one of RFC 4231, test case 2', () => {
    expect(hmacSha256Hex('Jefe', 'what do ya want for nothing?')).toBe(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    );
  });

  test('of parts is that of the whole, text and bytes alike', () => {
    expect(hmacSha256Hex('Jefe', 'what do ya ', Buffer.from('want for nothing?'))).toBe(
      hmacSha256Hex('Jefe', 'what do ya want for nothing?'),
    );
  });

  test('is taken over bytes as they are, not over what they would be as text', () => {
    const bytes = Buffer.from([0x7b, 0xff, 0xfe, 0x7d]);
    expect(hmacSha256Hex('s', bytes)).not.toBe(hmacSha256Hex('s', bytes.toString('utf8')));
  });
});

describe('a comparison', () => {
  test.each([
    ['v0=abc', 'v0=abc', true],
    ['v0=abd', 'v0=abc', false],
    ['v0=abc ', 'v0=abc', false],
    ['V0=ABC', 'v0=abc', false],
    ['', 'v0=abc', false],
    ['x'.repeat(100_000), 'v0=abc', false],
    ['é', 'e\u0301', false],
  ])('of %j and %j tells %j and never throws, whatever their lengths', (given, wanted, same) => {
    expect(isSameText(given, wanted)).toBe(same);
  });
});
