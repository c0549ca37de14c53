import { z } from 'zod';
import { hashToken, newClientSecret } from '../../http/bearer.js';
import { Problem } from '../../http/problem.js';
import {
  addClient,
  listClients,
  revokeClient,
  rotateClient,
  type WhichClient,
} from '../../records/client-rows.js';
import { idInput, nameInput, parseInput } from '../input.js';
import { requireScim } from './named-source.js';
import type { OperationsParts } from './parts.js';
import { endOfOverlap, overlapInput } from './sources.js';
import { daysInput, endAfterDays } from './tokens.js';

const newClientInput = z.strictObject({
  source: nameInput,
  name: nameInput,
  expiresInDays: daysInput,
});

/** By its id, or by its name among those of the source. */
const which = { source: nameInput, client: z.union([idInput, nameInput]) };
const whichClientInput = z.strictObject(which);

const rotateClientInput = z.strictObject({
  ...which,
  overlapHours: overlapInput,
  expiresInDays: daysInput,
});

const clientListInput = z.strictObject({ source: nameInput });

/** What a source is told to get its tokens with: shown once, since only the secret's hash is kept. */
export interface ShownClient {
  source: string;
  name: string;
  /** The SCIM base URL, which may be asked for as audience or resource. */
  url: string;
  tokenUrl: string;
  clientId: string;
  clientSecret: string;
  scopes: string[];
  expiresAt: Date | null;
}

type Parts = Pick<OperationsParts, 'prisma' | 'newId' | 'now' | 'publicUrl'>;

/** The OAuth clients of a source, each with its own end: several may be in force at once. */
export function createClientOperations(parts: Parts) {
  return {
    async list(given: unknown) {
      const { id } = await requireScim(parts.prisma, parseInput(clientListInput, given).source);
      return { clients: await listClients(parts.prisma, id), nextCursor: null };
    },
    add: (by: string, given: unknown) => add(parts, by, given),
    rotate: (by: string, given: unknown) => rotate(parts, by, given),
    revoke: (by: string, given: unknown) => revoke(parts, by, given),
  };
}

async function add(parts: Parts, by: string, given: unknown): Promise<ShownClient> {
  const { prisma, newId, now } = parts;
  const { name, expiresInDays, ...asked } = parseInput(newClientInput, given);
  const source = await requireScim(prisma, asked.source);
  const secret = newClientSecret();
  const expiresAt = endAfterDays(now(), expiresInDays);
  const client = { id: newId(), name, expiresAt };
  const detail = { source: source.name, id: client.id, expiresAt: expiresAt?.toISOString() ?? null };
  const audit = { actor: by, action: 'client.add', subject: name, detail };
  const row = { ...client, sourceId: source.id, secretHash: hashToken(secret) };
  if (await addClient(prisma, row, audit)) return show(parts, source, client, secret);
  throw new Problem({
    status: 409,
    code: 'CLIENT_NAME_TAKEN',
    detail: `${source.name} has a client named ${name}; revoke it, or take another name`,
  });
}

async function rotate(
  parts: Parts,
  by: string,
  given: unknown,
): Promise<ShownClient & { previousUntil: Date }> {
  const { prisma, now } = parts;
  const { client, overlapHours, expiresInDays, ...asked } = parseInput(rotateClientInput, given);
  const source = await requireScim(prisma, asked.source);
  const secret = newClientSecret();
  const at = now();
  const expiresAt = endAfterDays(at, expiresInDays);
  const until = endOfOverlap(at, overlapHours);
  const detail = { source: source.name, overlapHours, expiresAt: expiresAt?.toISOString() ?? null };
  const audit = { actor: by, action: 'client.rotate', subject: client, detail };
  const next = { secretHash: hashToken(secret), expiresAt, previousUntil: until };
  const rotated = await rotateClient(prisma, whichOf(source.id, client), next, audit);
  if (!rotated) throw unknownClient(source.name, client);
  const { id, name, previousUntil } = rotated;
  return { ...show(parts, source, { id, name, expiresAt }, secret), previousUntil };
}

async function revoke({ prisma, now }: Parts, by: string, given: unknown) {
  const { client, ...asked } = parseInput(whichClientInput, given);
  const source = await requireScim(prisma, asked.source);
  const audit = { actor: by, action: 'client.revoke', subject: client, detail: { source: source.name } };
  const revoked = await revokeClient(prisma, whichOf(source.id, client), now(), audit);
  if (revoked > 0) return { source: source.name, client, revoked };
  throw unknownClient(source.name, client);
}

function whichOf(sourceId: string, client: string): WhichClient {
  return idInput.safeParse(client).success ? { sourceId, id: client } : { sourceId, name: client };
}

function unknownClient(source: string, client: string): Problem {
  return new Problem({
    status: 404,
    code: 'CLIENT_UNKNOWN',
    detail: `${source} has no client ${client} that is not revoked`,
  });
}

function show(
  { publicUrl }: Parts,
  source: { name: string },
  { id, name, expiresAt }: { id: string; name: string; expiresAt: Date | null },
  clientSecret: string,
): ShownClient {
  return {
    source: source.name,
    name,
    url: `${publicUrl}/scim/v2`,
    tokenUrl: `${publicUrl}/oauth/token`,
    clientId: id,
    clientSecret,
    scopes: ['scim'],
    expiresAt,
  };
}
