import { describe, expect, test } from '@jest/globals';
import {
  authenticate,
  hashToken,
  isClientSecret,
  isToken,
  newClientSecret,
  newToken,
  readBearer,
  type TokenTerms,
} from '../../src/http/bearer.js';
import { Problem } from '../../src/http/problem.js';

const NOW = new Date('2026-11-24T12:00:00Z');
const TERMS: TokenTerms = { scopes: ['scim', 'jobs:read'], expiresAt: null, revokedAt: null };

async function failureOf(authorization: string | undefined, terms?: Partial<TokenTerms>, scope = 'scim') {
  const check = { findToken: async () => terms && { ...TERMS, ...terms }, now: () => NOW };
  try {
    await authenticate(check, authorization, scope);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { status: error.status, code: error.code, challenge: error.headers['WWW-Authenticate'] };
  }
  return undefined;
}

describe('a token', () => {
  test('is hk_, 256 random bits and a checksum, and never the same twice', () => {
    const tokens = Array.from({ length: 200 }, newToken);
    expect(new Set(tokens).size).toBe(200);
    expect(tokens.every((token) => /^hk_[\w-]{49}$/.test(token) && isToken(token))).toBe(true);
  });

  test('with any one character changed, lost or added is seen to be none, without a look-up', () => {
    const token = newToken();
    const wrong = [...token].flatMap((character, at) => {
      const other = character === 'A' ? 'B' : 'A';
      const [head, tail] = [token.slice(0, at), token.slice(at + 1)];
      return [head + other + tail, head + tail, `${head}${character}${other}${tail}`];
    });
    expect(wrong.filter(isToken)).toEqual([]);
  });

  test('is none that a client shows at the token endpoint, nor the other way round', () => {
    const secret = newClientSecret();
    expect(secret).toMatch(/^hks_[\w-]{49}$/);
    expect([isClientSecret(secret), isToken(secret), isClientSecret(newToken())]).toEqual([
      true,
      false,
      false,
    ]);
    expect(isClientSecret(`${secret.slice(0, -1)}${secret.endsWith('A') ? 'B' : 'A'}`)).toBe(false);
  });

  test('is kept as its SHA-256', () => {
    expect(hashToken('abc').toString('hex')).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
  });
});

describe('an Authorization header', () => {
  const token = newToken();

  test.each([`Bearer ${token}`, `bearer ${token}`, `BEARER   ${token} `])('gives its token: %#', (header) => {
    expect(readBearer(header)).toEqual({ token });
  });

  test.each([
    [undefined, 'missing'],
    ['', 'missing'],
    [token, 'begin with Bearer'],
    [`Basic ${token}`, 'begin with Bearer'],
    [`Bearer Bearer ${token}`, 'twice'],
    ['Bearer', 'whole token'],
    [`Bearer ${token.slice(0, -1)}`, 'whole token'],
    [`Bearer ${token} ${token}`, 'whole token'],
    [`Bearer ${'x'.repeat(8_000)}`, 'whole token'],
    [`Bearer ${' '.repeat(8_000)}x`, 'whole token'],
  ])('that gives none says why, and does not repeat it: %#', (header, reason) => {
    const reading = readBearer(header);
    expect(reading).toMatchObject({ detail: expect.stringContaining(reason) });
    expect(JSON.stringify(reading)).not.toContain(token.slice(3, 40));
  });
});

describe('authentication', () => {
  const authorization = `Bearer ${newToken()}`;

  test('finds the token by its hash and gives back what is known of it', async () => {
    const token = newToken();
    const known = { ...TERMS, source: 'okta' };
    const findToken = async (hash: Buffer) => (hash.equals(hashToken(token)) ? known : undefined);
    expect(await authenticate({ findToken, now: () => NOW }, `Bearer ${token}`, 'scim')).toBe(known);
  });

  test.each([undefined, 'Basic aG9zdDprZWVwZXI=', newToken()])(
    'without a bearer token is a 401 that asks for one: %#',
    async (header) => {
      expect(await failureOf(header)).toEqual({
        status: 401,
        code: 'TOKEN_MISSING',
        challenge: 'Bearer realm="hostkeeper"',
      });
    },
  );

  test.each([
    ['mangled', 'Bearer hk_x', TERMS, 'TOKEN_INVALID'],
    ['unknown', authorization, undefined, 'TOKEN_INVALID'],
    ['revoked', authorization, { revokedAt: NOW }, 'TOKEN_REVOKED'],
    ['expired', authorization, { expiresAt: new Date(NOW.getTime() - 1) }, 'TOKEN_EXPIRED'],
    ['expired this very moment', authorization, { expiresAt: NOW }, 'TOKEN_EXPIRED'],
  ])('with a token that is %s is a 401 that says so', async (_what, header, terms, code) => {
    const challenge = 'Bearer realm="hostkeeper", error="invalid_token"';
    expect(await failureOf(header, terms)).toEqual({ status: 401, code, challenge });
  });

  test('with a token that has not expired yet passes', async () => {
    expect(await failureOf(authorization, { expiresAt: new Date(NOW.getTime() + 1) })).toBeUndefined();
  });

  test.each(['keys:read', 'jobs:write', 'admin', 'jobs', ''])(
    'for the scope %j needs that very scope',
    async (scope) => {
      expect(await failureOf(authorization, {}, scope)).toEqual({
        status: 403,
        code: 'SCOPE_MISSING',
        challenge: `Bearer realm="hostkeeper", error="insufficient_scope", scope="${scope}"`,
      });
    },
  );

  test('passes on a failure of the look-up as it is, and takes it for no answer', async () => {
    const failure = new Error('the database is down');
    const check = { findToken: () => Promise.reject(failure), now: () => NOW };
    await expect(authenticate(check, authorization, 'scim')).rejects.toBe(failure);
  });
});
