import { z } from 'zod';
import { hashToken, newToken } from '../../http/bearer.js';
import { Problem } from '../../http/problem.js';
import { listTokens } from '../../records/listings.js';
import { addToken, revokeTokens } from '../../records/token-rows.js';
import { idInput, nameInput, pagingInput, parseInput, wholeNumberInput } from '../input.js';
import { requireConnected, requireScim } from './named-source.js';
import { narrow } from './narrow.js';
import type { OperationsParts } from './parts.js';

const DAY_MS = 86_400_000;
const MAX_DAYS = 3_650;

/** What a script's token may be good for; that of a source is good for `scim`. */
export const SCOPES = ['keys:read', 'meetings:write', 'jobs:read', 'jobs:write', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];
const SOURCE_SCOPE = 'scim';

export const daysInput = wholeNumberInput(1, MAX_DAYS).optional();

const scopesInput = z
  .array(z.enum(SCOPES, { error: `must be one of ${SCOPES.join(', ')}` }), {
    error: 'must be a list of scopes',
  })
  .min(1, 'must name a scope')
  .transform((scopes) => [...new Set(scopes)]);

const newTokenInput = z.strictObject({
  name: nameInput,
  source: z.undefined().optional(),
  scopes: scopesInput,
  expiresInDays: daysInput,
});

const newSourceTokenInput = z.strictObject({
  name: nameInput,
  source: nameInput,
  scopes: z
    .array(z.literal(SOURCE_SCOPE, { error: `must be ${SOURCE_SCOPE}, the one scope of a source` }), {
      error: 'must be a list of scopes',
    })
    .optional(),
  expiresInDays: daysInput,
});

/** By id, or by name: of a script, or of the source that is named too. A rotated source's tokens share a name. */
const whichTokenInput = z.strictObject({
  token: z.union([idInput, nameInput]),
  source: nameInput.optional(),
});

const tokenListInput = z.strictObject({ source: nameInput.optional(), ...pagingInput });

type Parts = Pick<OperationsParts, 'prisma' | 'newId' | 'now'>;

export function createTokenOperations(parts: Parts) {
  return {
    async list(given: unknown) {
      const { limit, cursor, source } = parseInput(tokenListInput, given);
      const { sourceIds } = await narrow(parts.prisma, { source });
      const { rows, nextCursor } = await listTokens(parts.prisma, { sourceIds }, { limit, cursor });
      return { tokens: rows, nextCursor };
    },
    create: (by: string, given: unknown) => create(parts, by, given),
    revoke: (by: string, given: unknown) => revoke(parts, by, given),
  };
}

/** When something made at `at` ends that lasts so many days; never, when nobody said. */
export function endAfterDays(at: Date, days: number | undefined): Date | null {
  return days === undefined ? null : new Date(at.getTime() + days * DAY_MS);
}

function create(parts: Parts, by: string, given: unknown) {
  const isForSource = Object(given).source !== undefined;
  return isForSource ? createForSource(parts, by, given) : createForScript(parts, by, given);
}

async function createForScript(parts: Parts, by: string, given: unknown) {
  const { name, scopes, expiresInDays } = parseInput(newTokenInput, given);
  return make(parts, by, { name, scopes, expiresInDays, source: null });
}

/** One more beside those that the source has: none of them is touched. */
async function createForSource(parts: Parts, by: string, given: unknown) {
  const asked = parseInput(newSourceTokenInput, given);
  const source = await requireScim(parts.prisma, asked.source);
  const made = await make(parts, by, { ...asked, scopes: [SOURCE_SCOPE], source });
  return { ...made, source: source.name };
}

interface Wanted {
  name: string;
  scopes: string[];
  expiresInDays?: number | undefined;
  source: { id: string; name: string } | null;
}

async function make({ prisma, newId, now }: Parts, by: string, wanted: Wanted) {
  const { name, scopes, expiresInDays, source } = wanted;
  const token = newToken();
  const at = now();
  const expiresAt = endAfterDays(at, expiresInDays);
  const row = { id: newId(), name, sourceId: source?.id ?? null, hash: hashToken(token), scopes, expiresAt };
  const forSource = source && { source: source.name };
  const detail = { ...forSource, scopes, expiresAt: expiresAt?.toISOString() ?? null };
  const audit = { actor: by, action: 'token.create', subject: name, detail };
  if (await addToken(prisma, row, at, audit)) return { name, token, scopes, expiresAt };
  throw new Problem({
    status: 409,
    code: 'TOKEN_NAME_TAKEN',
    detail: `a token named ${name} is in force; revoke it, or take another name`,
  });
}

async function revoke({ prisma, now }: Parts, by: string, given: unknown) {
  const { token, source } = parseInput(whichTokenInput, given);
  const sourceId = source && (await requireConnected(prisma, source)).id;
  const which = idInput.safeParse(token).success
    ? { id: token, ...(sourceId && { sourceId }) }
    : { name: token, sourceId: sourceId ?? null };
  const audit = { actor: by, action: 'token.revoke', subject: token };
  const revoked = await revokeTokens(prisma, which, now(), audit);
  if (revoked > 0) return { token, revoked };
  throw new Problem({
    status: 404,
    code: 'TOKEN_UNKNOWN',
    detail: `no token ${token} is in force; a source's are revoked by id, or by name with the source`,
  });
}
