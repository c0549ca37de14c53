import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { Problem } from './problem.js';

const TOKEN_PREFIX = 'hk_';
const CLIENT_SECRET_PREFIX = 'hks_';
const SECRET_LENGTH = 43;
const CHECK_LENGTH = 6;
const FORM = /^[A-Za-z0-9_-]{49}$/;

/** Of a token as it is kept. */
export interface TokenTerms {
  readonly scopes: readonly string[];
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
}

export interface BearerCheck<Token extends TokenTerms> {
  /** By its SHA-256; undefined when there is none. A failure of the database is thrown on. */
  readonly findToken: (hash: Buffer) => Promise<Token | undefined>;
  readonly now: () => Date;
}

/**
 * `hk_`, 256 random bits and a checksum, the last two in base64url. The prefix is for secret scanners, the checksum
 * lets them, and us, tell a token from something like one without a look-up.
 */
export function newToken(): string {
  return newCredential(TOKEN_PREFIX);
}

/** What an OAuth client shows at /oauth/token: a token but for its prefix, `hks_`. */
export function newClientSecret(): string {
  return newCredential(CLIENT_SECRET_PREFIX);
}

function newCredential(prefix: string): string {
  const secret = randomBytes(32).toString('base64url');
  return prefix + secret + checksum(secret);
}

/** A fast hash is enough: nobody guesses 256 bits. */
export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

export function isToken(text: string): boolean {
  return isCredential(text, TOKEN_PREFIX);
}

export function isClientSecret(text: string): boolean {
  return isCredential(text, CLIENT_SECRET_PREFIX);
}

function isCredential(text: string, prefix: string): boolean {
  const rest = text.slice(prefix.length);
  if (!text.startsWith(prefix) || !FORM.test(rest)) return false;
  return rest.slice(-CHECK_LENGTH) === checksum(rest.slice(0, SECRET_LENGTH));
}

export type BearerReading =
  | { readonly token: string }
  | { readonly reason: 'TOKEN_MISSING' | 'TOKEN_INVALID'; readonly detail: string };

/** Reads an Authorization header (RFC 6750 §2.1). */
export function readBearer(authorization: string | undefined): BearerReading {
  if (!authorization) return { reason: 'TOKEN_MISSING', detail: 'the Authorization header is missing' };
  const [scheme = '', token = '', ...rest] = authorization.trim().split(/ +/, 4);
  if (scheme.toLowerCase() !== 'bearer') {
    return { reason: 'TOKEN_MISSING', detail: 'the Authorization header must begin with Bearer' };
  }
  if (token.toLowerCase() === 'bearer') {
    return { reason: 'TOKEN_INVALID', detail: 'the Authorization header says Bearer twice' };
  }
  if (rest.length > 0 || !isToken(token)) {
    return {
      reason: 'TOKEN_INVALID',
      detail: 'this is not a whole token: it begins with hk_ and has 52 characters',
    };
  }
  return { token };
}

/**
 * The token that a request carries, when it is known, in force and of this scope.
 *
 * @throws Problem 401 TOKEN_MISSING, TOKEN_INVALID, TOKEN_EXPIRED, TOKEN_REVOKED; 403 SCOPE_MISSING
 */
export async function authenticate<Token extends TokenTerms>(
  { findToken, now }: BearerCheck<Token>,
  authorization: string | undefined,
  scope: string,
): Promise<Token> {
  const reading = readBearer(authorization);
  if ('reason' in reading) throw unauthorized(reading.reason, reading.detail);
  const token = await findToken(hashToken(reading.token));
  if (!token) throw unauthorized('TOKEN_INVALID', 'this token is not known here');
  if (token.revokedAt) throw unauthorized('TOKEN_REVOKED', 'this token was revoked');
  if (token.expiresAt && token.expiresAt <= now())
    throw unauthorized('TOKEN_EXPIRED', 'this token has expired');
  if (!token.scopes.includes(scope)) throw outOfScope(scope);
  return token;
}

/** RFC 6750 §3.1: no error attribute when there was no bearer token at all, but maybe another scheme. */
function unauthorized(code: string, detail: string): Problem {
  const error = code === 'TOKEN_MISSING' ? '' : ', error="invalid_token"';
  const headers = { 'WWW-Authenticate': `Bearer realm="hostkeeper"${error}` };
  return new Problem({ status: 401, code, detail, headers });
}

function outOfScope(scope: string): Problem {
  const challenge = `Bearer realm="hostkeeper", error="insufficient_scope", scope="${scope}"`;
  const detail = `this token does not have the scope ${scope}`;
  return new Problem({
    status: 403,
    code: 'SCOPE_MISSING',
    detail,
    headers: { 'WWW-Authenticate': challenge },
  });
}

function checksum(secret: string): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(secret));
  return bytes.toString('base64url');
}
