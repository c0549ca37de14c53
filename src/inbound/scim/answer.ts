import type { ServerResponse } from 'node:http';
import type { Membership } from '../../records/scim-memberships.js';
import type { KeptResource } from '../../records/scim-resources.js';
import type { JsonObject } from './json.js';
import { etagOf } from './preconditions.js';
import { select, type Selection } from './select.js';

export interface Answer {
  status: number;
  headers?: Record<string, string>;
  body?: JsonObject;
}

export const LIST_URN = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';

/** Where a resource can be reached and how much of it is wanted. */
export interface View {
  /** Absolute, up to and without the slash before the endpoint. */
  baseUrl: string;
  selection: Selection | null;
}

/** A resource as clients see it (RFC 7643 §3.1). */
export function show(kept: KeptResource, { baseUrl, selection }: View): JsonObject {
  const { schemas, ...attributes } = kept.resource;
  const meta = {
    resourceType: kept.type,
    created: kept.createdAt.toISOString(),
    lastModified: kept.updatedAt.toISOString(),
    location: locationOf(kept, baseUrl),
    version: versionOf(kept),
  };
  return select({ schemas, id: kept.id, ...attributes, ...showMemberships(kept, baseUrl), meta }, selection);
}

/** A user belongs to the groups shown and, through them, to no others (RFC 7643 §4.1.2, §4.2). */
function showMemberships({ type, memberships }: KeptResource, baseUrl: string): JsonObject {
  if (!memberships || (type === 'User' && memberships.length === 0)) return {};
  const shown = memberships.map((one) => showMember(one, baseUrl));
  return type === 'User' ? { groups: shown.map((one) => ({ ...one, type: 'direct' })) } : { members: shown };
}

export function showMember({ id, type, display }: Membership, baseUrl: string): JsonObject {
  return { value: id, $ref: locationOf({ id, type }, baseUrl), type, ...(display !== null && { display }) };
}

export function answerOne(status: number, kept: KeptResource, view: View): Answer {
  return { status, headers: headersOf(kept, view), body: show(kept, view) };
}

/** Where it is, and its version: also for an answer without a body. */
export function headersOf(kept: KeptResource, { baseUrl }: View): Record<string, string> {
  return { Location: locationOf(kept, baseUrl), ETag: versionOf(kept) };
}

/** Numbers are JSON integers: Okta's import counts with them. */
export function answerList(resources: JsonObject[], totalResults: number, startIndex: number): Answer {
  const counts = { totalResults, itemsPerPage: resources.length, startIndex };
  return { status: 200, body: { schemas: [LIST_URN], ...counts, Resources: resources } };
}

/** Writes past express's json(), which would add a charset to the type and hash the body for an ETag of its own. */
export function send(response: ServerResponse, { status, headers = {}, body }: Answer): void {
  response.statusCode = status;
  response.setHeader('Cache-Control', 'no-store');
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (body === undefined) return void response.end();
  const text = JSON.stringify(body);
  response.setHeader('Content-Type', 'application/scim+json');
  response.setHeader('Content-Length', Buffer.byteLength(text));
  response.end(text);
}

function locationOf({ type, id }: Pick<KeptResource, 'type' | 'id'>, baseUrl: string): string {
  return `${baseUrl}/${type}s/${id}`;
}

function versionOf({ version }: KeptResource): string {
  return etagOf(version);
}
