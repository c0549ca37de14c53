import { within } from '../../http/within.js';
import type { Accepted, Acceptor, ScimRow, ScimWrite } from '../../jobs/intake.js';
import { ResourceBusy, type Deadline } from '../../records/deadline.js';
import type { KeptResource, ScimDirectory } from '../../records/scim-resources.js';
import { changes } from './changes.js';
import { nameTaken, notFound } from './error.js';
import { isSameJson } from './json.js';
import { evaluate, type ConditionHeaders } from './preconditions.js';
import type { UserResource } from './user-resource.js';
import type { Turns } from '../../jobs/turns.js';
import { rowOf, userOf } from './user-row.js';

export interface UserWriting {
  accept: Acceptor;
  directory: ScimDirectory;
  /** Of this process; against others' writes the version stands. */
  turns: Turns;
}

/** What was asked about one user. */
export interface Asked {
  sourceId: string;
  id: string;
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  headers: ConditionHeaders;
  /** What is kept of the request beside its effect, without a password. */
  said: unknown;
  /** By when it is answered; what is under way then goes on, and may yet be kept. */
  deadline: Deadline;
}

/** How often a write is computed anew because somebody else's came first. */
const MAX_TRIES = 20;

/**
 * Throws 409 when the name is taken, unless by the inactive record of the same externalId: that is restored. Throws
 * ResourceBusy.
 */
export function createUser(
  writing: UserWriting & { newId: () => string },
  { sourceId, deadline }: Pick<Asked, 'sourceId' | 'deadline'>,
  resource: UserResource,
): Promise<KeptResource> {
  const row = rowOf(writing.newId(), resource);
  const asked: Asked = { sourceId, id: row.id, method: 'POST', headers: {}, said: null, deadline };
  const making = untilMade(asked, async () => {
    const accepted = await write(writing, asked, { write: 'create', row });
    return accepted.outcome === 'kept' ? keptOf(row, accepted) : restore(writing, asked, row);
  });
  return within(making, deadline.leftMs(), () => new ResourceBusy());
}

/** Okta assigns a returner by a POST with the externalId of old; a 409 would keep them out. */
async function restore(writing: UserWriting, asked: Asked, row: ScimRow): Promise<KeptResource | undefined> {
  const { type, nameKey } = row;
  const { sourceId } = asked;
  const holder = await writing.directory.findByName({ sourceId, type, nameKey, memberships: true });
  if (!holder) return undefined;
  const isSame = row.externalId !== null && holder.externalId === row.externalId;
  const isReturner = isSame && !holder.active && row.active;
  if (!isReturner) throw nameTaken(row);
  return replaceRow(writing, { ...asked, id: holder.id }, holder, { ...row, id: holder.id });
}

/**
 * `next` may be asked several times, when others change the user meanwhile, and so are the conditions: what is written
 * follows upon the version that they were asked of. No change, no write. Throws 404, 409, 412, ResourceBusy.
 */
export function rewriteUser(
  writing: UserWriting,
  asked: Asked,
  next: (before: UserResource) => UserResource,
): Promise<KeptResource> {
  return inTurn(writing, asked, async () => {
    const before = await findUser(writing.directory, asked.sourceId, asked.id);
    evaluate(asked.method, asked.headers, before.version);
    const row = rowOf(asked.id, next(userOf(before)), before.active);
    if (isSameJson(before.resource, row.resource)) return before;
    return replaceRow(writing, asked, before, row);
  });
}

/** Throws 404, 412, ResourceBusy. */
export async function removeUser(writing: UserWriting, asked: Asked): Promise<void> {
  await inTurn(writing, asked, async () => {
    const before = await findUser(writing.directory, asked.sourceId, asked.id);
    evaluate(asked.method, asked.headers, before.version);
    const scim: ScimWrite = { write: 'delete', id: asked.id, expectedVersion: before.version };
    const accepted = await write(writing, asked, scim, before);
    return accepted.outcome === 'kept' ? before : undefined;
  });
}

export async function findUser(
  directory: ScimDirectory,
  sourceId: string,
  id: string,
  memberships = true,
): Promise<KeptResource> {
  const kept = await directory.find({ sourceId, type: 'User', id, memberships });
  if (!kept) throw notFound(`the user ${JSON.stringify(id.slice(0, 100))}`);
  return kept;
}

/** Undefined: somebody else changed it since `before` was read. */
async function replaceRow(
  writing: UserWriting,
  asked: Asked,
  before: KeptResource,
  row: ScimRow,
): Promise<KeptResource | undefined> {
  const scim: ScimWrite = { write: 'replace', row, expectedVersion: before.version };
  const accepted = await write(writing, asked, scim, before);
  if (accepted.outcome === 'name-taken') throw nameTaken(row);
  return accepted.outcome === 'kept' ? keptOf(row, accepted, before) : undefined;
}

/** The write goes in with the events that it tells, or not at all. */
function write(
  { accept }: UserWriting,
  { sourceId, id, method, said }: Asked,
  scim: ScimWrite,
  before?: KeptResource,
): Promise<Accepted> {
  const events = changes(before, scim.write === 'delete' ? undefined : scim.row);
  return accept.accept({
    sourceId,
    noticeKey: null,
    body: { method, path: `/Users/${id}`, said },
    scim,
    events,
  });
}

/** Many at once would else read the same version, of which only one write can follow. */
function inTurn(
  { turns }: UserWriting,
  asked: Asked,
  attempt: () => Promise<KeptResource | undefined>,
): Promise<KeptResource> {
  const { sourceId, id, deadline } = asked;
  const turn = turns(`${sourceId} ${id}`, deadline, () => untilMade(asked, attempt));
  return within(turn, deadline.leftMs(), () => new ResourceBusy());
}

async function untilMade(
  { deadline }: Asked,
  attempt: () => Promise<KeptResource | undefined>,
): Promise<KeptResource> {
  for (let tried = 0; tried < MAX_TRIES && deadline.leftMs() > 0; tried++) {
    const made = await attempt();
    if (made) return made;
  }
  throw new ResourceBusy();
}

function keptOf(row: ScimRow, { at, version, createdAt }: Accepted, before?: KeptResource): KeptResource {
  return {
    ...row,
    ...(before?.memberships && { memberships: before.memberships }),
    version: version ?? (before?.version ?? 0) + 1,
    createdAt: createdAt ?? before?.createdAt ?? at,
    updatedAt: at,
  };
}
