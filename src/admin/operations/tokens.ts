import { z } from 'zod';
import { hashToken, newToken } from '../../http/bearer.js';
import { Problem } from '../../http/problem.js';
import { listTokens } from '../../records/listings.js';
import { addToken, revokeTokens } from '../../records/token-rows.js';
import { idInput, nameInput, pagingInput, parseInput, wholeNumberInput } from '../input.js';
import type { OperationsParts } from './parts.js';

const DAY_MS = 86_400_000;
const MAX_DAYS = 3_650;

/** What a token may be good for; `scim` comes with a source only. */
export const SCOPES = ['keys:read', 'meetings:write', 'jobs:read', 'jobs:write', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

export const newTokenInput = z.strictObject({
  name: nameInput,
  scopes: z
    .array(z.enum(SCOPES, { error: `must be one of ${SCOPES.join(', ')}` }), {
      error: 'must be a list of scopes',
    })
    .min(1, 'must name a scope')
    .transform((scopes) => [...new Set(scopes)]),
  expiresInDays: wholeNumberInput(1, MAX_DAYS).optional(),
});

/** By name, or by id where that is needed: the tokens of a source share its name. */
export const whichTokenInput = z.strictObject({ token: z.union([idInput, nameInput]) });

export const tokenListInput = z.strictObject(pagingInput);

type Parts = Pick<OperationsParts, 'prisma' | 'newId' | 'now'>;

export function createTokenOperations(parts: Parts) {
  return {
    async list(given: unknown) {
      const { rows, nextCursor } = await listTokens(parts.prisma, parseInput(tokenListInput, given));
      return { tokens: rows, nextCursor };
    },
    create: (by: string, given: unknown) => create(parts, by, given),
    revoke: (by: string, given: unknown) => revoke(parts, by, given),
  };
}

async function create({ prisma, newId, now }: Parts, by: string, given: unknown) {
  const { name, scopes, expiresInDays } = parseInput(newTokenInput, given);
  const token = newToken();
  const at = now();
  const expiresAt = expiresInDays === undefined ? null : new Date(at.getTime() + expiresInDays * DAY_MS);
  const row = { id: newId(), name, hash: hashToken(token), scopes, expiresAt };
  const detail = { scopes, expiresAt: expiresAt?.toISOString() ?? null };
  const audit = { actor: by, action: 'token.create', subject: name, detail };
  if (await addToken(prisma, row, at, audit)) return { name, token, scopes, expiresAt };
  throw new Problem({
    status: 409,
    code: 'TOKEN_NAME_TAKEN',
    detail: `a token named ${name} is in force; revoke it, or take another name`,
  });
}

async function revoke({ prisma, now }: Parts, by: string, given: unknown) {
  const { token } = parseInput(whichTokenInput, given);
  const which = idInput.safeParse(token).success ? { id: token } : { name: token };
  const audit = { actor: by, action: 'token.revoke', subject: token };
  const revoked = await revokeTokens(prisma, which, now(), audit);
  if (revoked > 0) return { token, revoked };
  throw new Problem({
    status: 404,
    code: 'TOKEN_UNKNOWN',
    detail: `no token ${token} is in force; the tokens of a source are revoked by their id, or by source remove`,
  });
}
