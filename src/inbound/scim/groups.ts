import { answerList, type Answer } from './answer.js';
import { notFound, ScimError } from './error.js';
import { readFilter } from './filter.js';
import { readPaging } from './paging.js';
import type { ScimRequest } from './request.js';

/** There are no groups yet, and none can be made; clients that look for them are told so, in their own terms. */
export async function listGroups({ query }: ScimRequest): Promise<Answer> {
  const filter = query.get('filter');
  if (filter?.trim()) readFilter(filter);
  return answerList([], 0, readPaging(query).startIndex);
}

export async function createGroup(): Promise<Answer> {
  throw notOffered('groups are not offered: turn off their provisioning in the identity provider');
}

export async function refuseGroup({ id }: ScimRequest): Promise<Answer> {
  throw notFound(`the group ${JSON.stringify(id.slice(0, 100))}`);
}

export async function refuseOptional(): Promise<Answer> {
  throw notOffered('this part of SCIM is not offered');
}

function notOffered(detail: string): ScimError {
  return new ScimError(501, detail, { code: 'NOT_OFFERED' });
}
