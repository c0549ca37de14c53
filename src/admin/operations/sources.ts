import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { hashToken, newToken } from '../../http/bearer.js';
import { Problem } from '../../http/problem.js';
import type { Tally } from '../../jobs/tally.js';
import { listSources } from '../../records/listings.js';
import {
  addSource,
  rotateSecret,
  rotateToken,
  secretPlace,
  type SourceRow,
} from '../../records/source-rows.js';
import type { NewToken } from '../../records/token-rows.js';
import { invalidInput, nameInput, numberInput, parseInput } from '../input.js';
import { entitle, groupsInput, requireGroups } from './entitle.js';
import { decideAnew, goLive } from './go-live.js';
import { requireConnected, RESERVED, sourcesBusy } from './named-source.js';
import type { OperationsParts } from './parts.js';
import { remove } from './remove-source.js';

const HOUR_MS = 3_600_000;
const MAX_OVERLAP_HOURS = 720;

const secretInput = z
  .string({ error: 'must be a text' })
  .regex(/^[\x21-\x7e]{8,512}$/, 'must be 8 to 512 characters of ASCII without spaces');

const domainInput = z
  .string({ error: 'must be a text' })
  .transform((domain) => domain.trim().toLowerCase().replace(/^@/, ''))
  .refine((domain) => /^(?=.{1,253}$)[a-z0-9-]+(?:\.[a-z0-9-]+)*$/.test(domain), 'must be a mail domain');

function newSourceInput(kinds: readonly string[]) {
  return z.strictObject({
    name: nameInput.refine((name) => name !== RESERVED, `${RESERVED} is reserved`),
    kind: z.enum(kinds as [string, ...string[]], { error: `must be one of ${kinds.join(', ')}` }),
    domains: z.array(domainInput).max(1_000).default([]),
    observed: z.boolean().default(false),
    presenceOnly: z.boolean().default(false),
    entitledGroups: groupsInput.default([]),
    secret: secretInput.optional(),
  });
}

/** How long a credential is taken beside the one that takes its place. */
export const overlapInput = numberInput(0, MAX_OVERLAP_HOURS).default(24);

/** When the one that is replaced at `at` is taken no longer. */
export function endOfOverlap(at: Date, overlapHours: number): Date {
  return new Date(at.getTime() + overlapHours * HOUR_MS);
}

const rotateInput = z.strictObject({
  name: nameInput,
  overlapHours: overlapInput,
  secret: secretInput.optional(),
});

/** A source and the credential it shall use: shown once, since only a hash, or a sealed text, is kept. */
export interface ShownSource {
  name: string;
  kind: string;
  url: string;
  token?: string;
  secret?: string;
  /** Of one with entitled groups that counts at once: what that means for those who are known already. */
  decided?: Tally;
}

type Parts = Pick<
  OperationsParts,
  'pool' | 'prisma' | 'tell' | 'brake' | 'newId' | 'now' | 'seal' | 'publicUrl' | 'webhookKinds'
>;

export function createSourceOperations(parts: Parts) {
  const { prisma } = parts;
  return {
    list: async () => ({ sources: await listSources(prisma), nextCursor: null }),
    add: (by: string, given: unknown) => add(parts, by, given),
    rotate: (by: string, given: unknown) => rotate(parts, by, given),
    goLive: (by: string, given: unknown) => goLive(parts, by, given),
    entitle: (by: string, given: unknown) => entitle(parts, by, given),
    remove: (by: string, given: unknown) => remove(parts, by, given),
  };
}

async function add(parts: Parts, by: string, given: unknown): Promise<ShownSource> {
  const { prisma, newId, now, seal, webhookKinds } = parts;
  const input = parseInput(newSourceInput(['scim', ...webhookKinds]), given);
  const { secret: givenSecret, ...asked } = input;
  const isEntitling = asked.entitledGroups.length > 0;
  if (isEntitling) requireGroups(asked.kind);
  const id = newId();
  const token = asked.kind === 'scim' ? makeToken(parts, asked.name, givenSecret) : null;
  const secret = token ? null : (givenSecret ?? newSecret());
  const sealed = secret && seal.seal(secret, secretPlace(id, 1));
  const goingLiveAt = isEntitling && !asked.observed ? now() : null;
  const row = { id, ...asked, secret: sealed, secretGeneration: sealed ? 1 : 0, goingLiveAt };
  const audit = { actor: by, action: 'source.add', subject: asked.name, detail: asked };
  const added = await addSource(prisma, row, token?.row ?? null, audit);
  if (added === 'busy') throw sourcesBusy();
  if (added === 'added') {
    const shown = show(parts, asked, token ? { token: token.text } : { secret: secret! });
    if (!goingLiveAt) return shown;
    // Nobody is in its groups yet, and only who is in one gets a key: whoever holds one is to lose it.
    return { ...shown, decided: await decideAnew(parts, by, { ...row, everybody: true }) };
  }
  throw new Problem({
    status: 409,
    code: 'SOURCE_NAME_TAKEN',
    detail: `there is already a source named ${asked.name}`,
  });
}

async function rotate(
  parts: Parts,
  by: string,
  given: unknown,
): Promise<ShownSource & { previousUntil: Date }> {
  const { prisma, now } = parts;
  const { name, overlapHours, secret } = parseInput(rotateInput, given);
  const source = await requireConnected(prisma, name);
  const previousUntil = endOfOverlap(now(), overlapHours);
  const audit = { actor: by, action: 'source.rotate', subject: name, detail: { overlapHours } };
  if (source.kind === 'scim') {
    const token = makeToken(parts, name, secret);
    await rotateToken(prisma, source.id, token.row, previousUntil, audit);
    return { ...show(parts, source, { token: token.text }), previousUntil };
  }
  const next = secret ?? newSecret();
  await replaceSecret(parts, source, next, previousUntil, audit);
  return { ...show(parts, source, { secret: next }), previousUntil };
}

async function replaceSecret(
  { prisma, seal }: Parts,
  source: SourceRow,
  secret: string,
  until: Date,
  audit: Parameters<typeof rotateSecret>[4],
): Promise<void> {
  const sealed = seal.seal(secret, secretPlace(source.id, source.secretGeneration + 1));
  if (await rotateSecret(prisma, source, sealed, until, audit)) return;
  throw new Problem({
    status: 409,
    code: 'SOURCE_CHANGED',
    detail: `somebody else changed ${source.name} at the same time; look at it and try again`,
  });
}

function makeToken({ newId }: Parts, name: string, givenSecret: string | undefined) {
  if (givenSecret !== undefined) throw invalidInput('secret: a scim source has a token, which is made here');
  const text = newToken();
  const row: NewToken = { id: newId(), name, hash: hashToken(text), scopes: ['scim'], expiresAt: null };
  return { text, row };
}

function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

function show(
  { publicUrl }: Parts,
  { name, kind }: { name: string; kind: string },
  credential: { token: string } | { secret: string },
): ShownSource {
  const url = kind === 'scim' ? `${publicUrl}/scim/v2` : `${publicUrl}/webhooks/${name}`;
  return { name, kind, url, ...credential };
}
