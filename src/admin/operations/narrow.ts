import { Problem } from '../../http/problem.js';
import { findPerson, type FoundPerson } from '../../records/find-person.js';
import type { PrismaClient } from '../../records/generated/client.js';
import { findSourceIds } from '../../records/listings.js';
import { unknownSource } from './named-source.js';

/** The ids behind the names by which a list is narrowed. A name that is not known is an error, not an empty list. */
export async function narrow<Asked extends { source?: string | undefined; person?: string | undefined }>(
  prisma: PrismaClient,
  { source, person, ...equal }: Asked,
) {
  const sourceIds = source === undefined ? undefined : await findSourceIds(prisma, source);
  if (sourceIds?.length === 0) throw unknownSource(source ?? '');
  const personId = person === undefined ? undefined : (await requirePerson(prisma, person)).id;
  return { ...equal, sourceIds, personId };
}

/** @throws Problem 404 PERSON_UNKNOWN, which does not repeat who was asked for: a mail would stand in logs then */
export async function requirePerson(prisma: PrismaClient, who: string): Promise<FoundPerson> {
  const person = await findPerson(prisma, who);
  if (person) return person;
  throw new Problem({
    status: 404,
    code: 'PERSON_UNKNOWN',
    detail: 'no source has told us of such a person',
  });
}
