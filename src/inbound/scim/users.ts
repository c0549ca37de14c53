import type { Acceptor } from '../../jobs/intake.js';
import { deadlineIn, LIMIT_MS } from '../../records/deadline.js';
import type { ScimDirectory } from '../../records/scim-resources.js';
import { answerOne, type Answer } from './answer.js';
import { createList, type ListOptions } from './list.js';
import { readOperations } from './operations.js';
import type { Endpoint, ScimRequest } from './request.js';
import { patchUser, readUser, replaceUser } from './user-resource.js';
import { withoutSecrets } from './secrets.js';
import { isSelected } from './select.js';
import type { Shapes } from './shape.js';
import { createTurns } from '../../jobs/turns.js';
import {
  createUser,
  findUser,
  removeUser,
  rewriteUser,
  type Asked,
  type UserWriting,
} from './user-writes.js';
import { answerGet, viewAfter, viewOf } from './view.js';

export interface UsersOptions extends ListOptions {
  accept: Acceptor;
  directory: ScimDirectory;
  newId: () => string;
  shapes: Shapes;
  /** How long a write may take, from its body on. */
  writeLimitMs?: number;
}

export interface Users {
  list: Endpoint;
  create: Endpoint;
  get: Endpoint;
  replace: Endpoint;
  patch: Endpoint;
  remove: Endpoint;
}

type Writing = UserWriting & Pick<UsersOptions, 'newId' | 'shapes' | 'writeLimitMs'>;

/** `/Users` and `/Users/{id}` (RFC 7644 §3.3 to §3.6). */
export function createUsers(given: UsersOptions): Users {
  const options = { ...given, turns: createTurns() };
  return {
    list: createList(options, [options.shapes.User]),
    create: (request) => create(options, request),
    get: (request) => get(options, request),
    replace: (request) => replace(options, request),
    patch: (request) => patch(options, request),
    remove: (request) => remove(options, request),
  };
}

async function create(options: Writing, request: ScimRequest): Promise<Answer> {
  const shape = options.shapes.User;
  const view = viewOf(shape, request);
  const body = await request.readBody();
  const asked = askedOf(options, request, 'POST', null);
  const kept = await createUser(options, asked, readUser(shape, body));
  return answerOne(201, kept, viewAfter(view, body));
}

async function get({ directory, shapes }: UsersOptions, request: ScimRequest): Promise<Answer> {
  const view = viewOf(shapes.User, request);
  const memberships = isSelected(view.selection, 'groups');
  const kept = await findUser(directory, request.source.sourceId, request.id, memberships);
  return answerGet(request, kept, view);
}

async function replace(options: Writing, request: ScimRequest): Promise<Answer> {
  const shape = options.shapes.User;
  const view = viewOf(shape, request);
  const body = await request.readBody();
  const asked = askedOf(options, request, 'PUT', withoutSecrets(shape, body));
  const kept = await rewriteUser(options, asked, (before) => replaceUser(shape, before, body));
  return answerOne(200, kept, viewAfter(view, body));
}

async function patch(options: Writing, request: ScimRequest): Promise<Answer> {
  const shape = options.shapes.User;
  const view = viewOf(shape, request);
  const operations = readOperations(await request.readBody());
  const asked = askedOf(options, request, 'PATCH', withoutSecrets(shape, operations));
  const kept = await rewriteUser(options, asked, (before) => patchUser(shape, before, operations));
  return answerOne(200, kept, viewAfter(view, operations));
}

async function remove(options: Writing, request: ScimRequest): Promise<Answer> {
  await removeUser(options, askedOf(options, request, 'DELETE', null));
  return { status: 204 };
}

function askedOf(
  { writeLimitMs = LIMIT_MS }: Writing,
  { source: { sourceId }, id, headers, deadline = deadlineIn(writeLimitMs) }: ScimRequest,
  method: Asked['method'],
  said: unknown,
): Asked {
  return { sourceId, id, method, headers, said, deadline };
}
