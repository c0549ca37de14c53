import { QueryTooLong } from '../../records/ask-in-time.js';
import { PageTooLarge, type ListedResource, type Page, type Stretch } from '../../records/scim-list.js';
import type { ResourceType } from '../../records/scim-memberships.js';
import type { ScimDirectory } from '../../records/scim-resources.js';
import { answerList, LIST_URN, show, type Answer, type View } from './answer.js';
import { readCursor, writeCursor, type Cursor, type Position } from './cursor.js';
import { refusal } from './error.js';
import type { JsonObject } from './json.js';
import { compileList } from './list-query.js';
import { readPaging, type Paging } from './paging.js';
import type { Endpoint, ScimRequest } from './request.js';
import { readSearchRequest } from './search-request.js';
import { isSelected, readSelection } from './select.js';
import type { Shape } from './shape.js';
import { readSort } from './sort.js';

export interface ListOptions {
  directory: Pick<ScimDirectory, 'list'>;
  /** In milliseconds; cursors end by it. */
  now?: () => number;
}

const TOO_LONG = `it would take too long to list this: compare one of userName, externalId, id, emails.value, \
groups.value, or a group's displayName or members.value, by eq, joined to the rest by "and"; leave out sortBy; leave \
out members by excludedAttributes=members; far down a long list, page by cursor in place of startIndex`;

/** What a resource of each type has in rows of their own. */
const MEMBERSHIPS: Record<ResourceType, string> = { User: 'groups', Group: 'members' };

/** GET of an endpoint for these types. */
export function createList(options: ListOptions, shapes: Shape[]): Endpoint {
  return (request) => listResources(options, shapes, request, request.query);
}

/** POST to its `/.search` (RFC 7644 §3.4.3): parameters in the URL are not looked at. */
export function createSearch(options: ListOptions, shapes: Shape[]): Endpoint {
  return async (request) =>
    listResources(options, shapes, request, readSearchRequest(await request.readBody()));
}

/**
 * Answers a query over all resources of these shapes (RFC 7644 §3.4.2, RFC 9865): filtered, sorted, and one page of
 * them. `query` is the request's own, or what the body of a search says. Throws ScimError.
 */
async function listResources(
  { directory, now = Date.now }: ListOptions,
  shapes: Shape[],
  { source: { sourceId }, baseUrl }: ScimRequest,
  query: URLSearchParams,
): Promise<Answer> {
  const views = new Map(
    shapes.map((shape) => [shape.type, { baseUrl, selection: readSelection(shape, query) }]),
  );
  const paging = readPaging(query);
  const filter = query.get('filter')?.trim() ?? null;
  const sort = readSort(query);
  const asked = compileList({ shapes, sourceId, baseUrl, filter, sort });
  const types = shapes.map(({ type }) => type);
  const memberships = types.filter((type) =>
    isSelected(views.get(type)?.selection ?? null, MEMBERSHIPS[type]),
  );
  const scope = [sourceId, types.join(), filter, sort && sort.by, sort && String(sort.isDescending)];
  const sortType = asked.sort?.type ?? null;
  const isWithin = paging.by === 'cursor' && paging.cursor !== '';
  const cursor = isWithin ? readCursor(scope, paging.cursor, sortType, now()) : null;
  const page = await inTime(() => directory.list({ ...asked, memberships, page: stretchOf(paging, cursor) }));
  const resources = page.rows.map((row) => show(row, views.get(row.type) as View));
  if (paging.by === 'index') return answerList(resources, page.total, paging.startIndex);
  const { total } = page;
  const write = (position: Position) => writeCursor(scope, { position, total }, now());
  const around = paging.count === 0 ? NOWHERE : cursorsAround(page, cursor?.position);
  return answerCursors(resources, total, around, write);
}

function stretchOf(paging: Paging, cursor: Cursor | null): Stretch {
  const { count } = paging;
  if (paging.by === 'index') return { by: 'place', offset: paging.startIndex - 1, count };
  if (!cursor) return { by: 'row', from: null, way: 'after', count, total: null };
  const { id, key, way } = cursor.position;
  return { by: 'row', from: id === null ? null : { id, key }, way, count, total: cursor.total };
}

/** Where the pages around this one begin; undefined: there is none. */
interface Around {
  next: Position | undefined;
  previous: Position | undefined;
}

/** A page of none is asked for its total (RFC 9865 §2). */
const NOWHERE: Around = { next: undefined, previous: undefined };

function cursorsAround({ rows, hasMore }: Page, came: Position | undefined): Around {
  const [first, last] = [rows[0], rows.at(-1)];
  if (came?.way === 'before') {
    const next: Position = last ? placeOf(last, 'after') : { id: null, key: null, way: 'after' };
    return { next, previous: first && hasMore ? placeOf(first, 'before') : undefined };
  }
  const isFirstPage = came === undefined || came.id === null;
  return {
    next: last && hasMore ? placeOf(last, 'after') : undefined,
    previous: first && !isFirstPage ? placeOf(first, 'before') : undefined,
  };
}

function placeOf({ id, sortKey: key }: ListedResource, way: Position['way']): Position {
  return { id, key, way };
}

function answerCursors(
  resources: JsonObject[],
  totalResults: number,
  { next, previous }: Around,
  write: (position: Position) => string,
): Answer {
  const body = {
    schemas: [LIST_URN],
    totalResults,
    itemsPerPage: resources.length,
    ...(previous && { previousCursor: write(previous) }),
    ...(next && { nextCursor: write(next) }),
    Resources: resources,
  };
  return { status: 200, body };
}

/** Only by place: by cursor a page is shorter instead, and loses nothing. */
function tooLarge({ maxMembers }: PageTooLarge): string {
  return `the groups of this page have more than ${maxMembers} members together: leave members out by \
excludedAttributes=members, ask for fewer groups by count, or page by cursor in place of startIndex`;
}

async function inTime(list: () => Promise<Page>): Promise<Page> {
  try {
    return await list();
  } catch (error) {
    if (error instanceof PageTooLarge) throw refusal('tooMany', tooLarge(error), error);
    throw error instanceof QueryTooLong ? refusal('tooMany', TOO_LONG, error) : error;
  }
}
