import type { GroupAsked, GroupKeeper, GroupOutcome } from '../../jobs/groups.js';
import { QueryTooLong } from '../../records/ask-in-time.js';
import { deadlineIn, LIMIT_MS, type Deadline } from '../../records/deadline.js';
import type { KeptResource, ScimDirectory } from '../../records/scim-resources.js';
import { answerOne, headersOf, type Answer, type View } from './answer.js';
import { notFound, refusal, type ScimError, uniqueness } from './error.js';
import {
  memberUnknown,
  readMemberOperations,
  readMembers,
  splitMembers,
  type AskedMembers,
} from './group-members.js';
import { patchGroup, readBody, readGroup, replaceGroup, withoutMembers } from './group-resource.js';
import { shorten, type JsonObject } from './json.js';
import { createList, type ListOptions } from './list.js';
import { readOperations } from './operations.js';
import { evaluate } from './preconditions.js';
import type { Endpoint, ScimRequest } from './request.js';
import { isSelected } from './select.js';
import { withoutSecrets } from './secrets.js';
import type { Shape, Shapes } from './shape.js';
import { answerGet, viewAfter, viewOf } from './view.js';

export interface GroupsOptions extends ListOptions {
  groups: GroupKeeper;
  directory: ScimDirectory;
  newId: () => string;
  shapes: Shapes;
  /** How long a write may wait for others, from its body on. */
  writeLimitMs?: number;
}

export interface Groups {
  list: Endpoint;
  create: Endpoint;
  get: Endpoint;
  replace: Endpoint;
  patch: Endpoint;
  remove: Endpoint;
}

/** Fifty thousand members with names and addresses are some 10 MB. */
const GROUP_BODY_BYTES = 16 * 1_048_576;

interface Parts extends GroupsOptions {
  shape: Shape;
  /** For what is not about members. */
  own: Shape;
}

/** `/Groups` and `/Groups/{id}` (RFC 7644 §3.3 to §3.6). Members are read and written apart from the group itself. */
export function createGroups(options: GroupsOptions): Groups {
  const shape = options.shapes.Group;
  const parts: Parts = { ...options, shape, own: withoutMembers(shape) };
  return {
    list: createList(options, [shape]),
    create: (request) => create(parts, request),
    get: (request) => get(parts, request),
    replace: (request) => replace(parts, request),
    patch: (request) => patch(parts, request),
    remove: (request) => remove(parts, request),
  };
}

const TOO_MANY_MEMBERS = `it would take too long to read the members of this group: leave them out by \
excludedAttributes=members; whether somebody is one, a filter by id and members.value tells`;

async function get(parts: Parts, request: ScimRequest): Promise<Answer> {
  const view = viewOf(parts.shape, request);
  const { sourceId } = request.source;
  try {
    return answerGet(request, await find(parts, sourceId, request.id, view), view);
  } catch (error) {
    throw error instanceof QueryTooLong ? refusal('tooMany', TOO_MANY_MEMBERS, error) : error;
  }
}

async function create(parts: Parts, request: ScimRequest): Promise<Answer> {
  const view = viewOf(parts.shape, request);
  const { own, members } = splitMembers(parts.shape, readBody(await readLarge(request)));
  const row = readGroup(parts.own, own);
  const { lists } = readMembers(members);
  const asked = askedOf(parts, { ...request, id: parts.newId() }, 'POST', saidOf(parts, own, members));
  const steps = lists.map((list) => ({ step: 'add' as const, members: list.members }));
  const group = made(await parts.groups.create(asked, row, steps), asked.id, lists);
  return answerOne(201, await findMade(parts, asked, group, view), viewAfter(view, own));
}

async function replace(parts: Parts, request: ScimRequest): Promise<Answer> {
  const view = viewOf(parts.shape, request);
  const { own, members } = splitMembers(parts.shape, readBody(await readLarge(request)));
  const { steps, lists } = readMembers(members);
  const asked = askedOf(parts, request, 'PUT', saidOf(parts, own, members));
  const next = (before: KeptResource) => replaceGroup(parts.own, before, own);
  const group = made(await parts.groups.change(asked, { next, steps }), asked.id, lists);
  return answerOne(200, await findMade(parts, asked, group, view), viewAfter(view, own));
}

/** 204, unless attributes are asked for by name (RFC 7644 §3.5.2): a change of one member loads no others. */
async function patch(parts: Parts, request: ScimRequest): Promise<Answer> {
  const view = viewOf(parts.shape, request);
  const operations = readOperations(await readLarge(request));
  const { own, steps, lists } = readMemberOperations(parts.shape, operations, request.baseUrl);
  const asked = askedOf(parts, request, 'PATCH', withoutSecrets(parts.shape, operations));
  const next = (before: KeptResource) => patchGroup(parts.own, before, own);
  const group = made(await parts.groups.change(asked, { next, steps }), asked.id, lists);
  if (!request.query.get('attributes')) return { status: 204, headers: headersOf(group, view) };
  return answerOne(200, await findMade(parts, asked, group, view), view);
}

async function remove(parts: Parts, request: ScimRequest): Promise<Answer> {
  const asked = askedOf(parts, request, 'DELETE', null);
  made(await parts.groups.remove(asked), asked.id, []);
  return { status: 204 };
}

async function find(
  { directory }: Parts,
  sourceId: string,
  id: string,
  { selection }: View,
  deadline?: Deadline,
): Promise<KeptResource> {
  const memberships = isSelected(selection, 'members');
  const kept = await directory.find({
    sourceId,
    type: 'Group',
    id,
    memberships,
    ...(deadline && { deadline }),
  });
  if (!kept) throw groupNotFound(id);
  return kept;
}

/** What is kept must not be answered as if it were not: when its members take too long, it goes without them. */
async function findMade(
  parts: Parts,
  { sourceId, deadline }: GroupAsked,
  group: KeptResource,
  view: View,
): Promise<KeptResource> {
  try {
    return await find(parts, sourceId, group.id, view, deadline);
  } catch (error) {
    if (error instanceof QueryTooLong) return group;
    throw error;
  }
}

/** Throws what became of the write, if it was not kept. */
function made(outcome: GroupOutcome, id: string, lists: AskedMembers['lists']): KeptResource {
  switch (outcome.outcome) {
    case 'kept':
      return outcome.group;
    case 'absent':
      throw groupNotFound(id);
    case 'name-taken':
      throw uniqueness('another group has this displayName, in this case or another');
    case 'member-unknown':
      throw memberUnknown(outcome.memberId, lists);
  }
}

function askedOf(
  { writeLimitMs = LIMIT_MS }: Parts,
  { source: { sourceId }, headers, id, deadline = deadlineIn(writeLimitMs) }: ScimRequest,
  method: string,
  said: unknown,
): GroupAsked {
  const body = { method, path: `/Groups/${id.slice(0, 100)}`, said: shorten(said) };
  const check = ({ version }: KeptResource) => void evaluate(method, headers, version);
  return { sourceId, id, body, check, deadline };
}

function saidOf({ shape }: Parts, own: JsonObject, members: unknown): unknown {
  return withoutSecrets(shape, shorten({ ...own, members }));
}

function readLarge(request: ScimRequest): Promise<unknown> {
  return request.readBody({ limitBytes: GROUP_BODY_BYTES });
}

function groupNotFound(id: string): ScimError {
  return notFound(`the group ${JSON.stringify(id.slice(0, 100))}`);
}
