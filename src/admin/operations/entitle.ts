import { z } from 'zod';
import type { Tally } from '../../jobs/tally.js';
import { entitleGroups } from '../../records/source-changes.js';
import { invalidInput, nameInput, parseInput } from '../input.js';
import { decideAnew } from './go-live.js';
import { requireConnected, sourcesBusy } from './named-source.js';
import type { OperationsParts } from './parts.js';

const MAX_GROUPS = 100;

/** As long as a directory's displayName may be. */
const groupInput = z
  .string({ error: 'must be a text' })
  .trim()
  .regex(/^[^\p{Cc}\p{Cs}]{1,512}$/u, 'must be the displayName or externalId of a group');

export const groupsInput = z
  .array(groupInput, { error: 'must be a list of groups' })
  .max(MAX_GROUPS, `must be at most ${MAX_GROUPS} groups`)
  .transform((groups) => [...new Set(groups)]);

const entitleInput = z.strictObject({ name: nameInput, entitledGroups: groupsInput });

type Parts = Pick<OperationsParts, 'pool' | 'prisma' | 'tell' | 'newId' | 'brake' | 'now'>;

export interface Entitled {
  name: string;
  entitledGroups: string[];
  /** Of a source that counts: what that means for everybody. */
  decided?: Tally;
}

/**
 * Only members of these groups get keys from now on; of none, everybody of the source again. Said again, it ends what
 * was broken off before everybody was decided anew.
 */
export async function entitle(parts: Parts, by: string, given: unknown): Promise<Entitled> {
  const { prisma, now } = parts;
  const { name, entitledGroups } = parseInput(entitleInput, given);
  const { id, kind } = await requireConnected(prisma, name);
  requireGroups(kind);
  const change = { id, entitledGroups, at: now() };
  const audit = { actor: by, action: 'source.entitle', subject: name, detail: { entitledGroups } };
  if (!(await entitleGroups(prisma, change, audit))) throw sourcesBusy();
  const { observed } = await requireConnected(prisma, name);
  if (observed) return { name, entitledGroups };
  const source = { id, kind, name, goingLiveAt: change.at, everybody: true };
  return { name, entitledGroups, decided: await decideAnew(parts, by, source) };
}

/** @throws Problem 400 for a source whose kind knows no groups */
export function requireGroups(kind: string): void {
  if (kind !== 'scim') throw invalidInput('entitledGroups: only a scim source tells us of groups');
}
