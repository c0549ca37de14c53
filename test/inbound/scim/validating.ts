import { randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import type { JsonObject } from '../../../src/inbound/scim/json.js';
import { createClient, expectDone, GROUP_URN, idOf, type Client } from './conversation.js';
import { fixture } from './fixture.js';
import type { ScimServer } from './scim-server.js';

type Type = 'Users' | 'Groups';

export type Made = JsonObject & { path: string; id: string };

/** What the SCIM Validator of Microsoft does: each case makes what it needs, with random values. */
export interface Validating {
  client: Client;
  /** Expects 201. */
  make(type: Type, given?: JsonObject): Promise<Made>;
  /** What a GET shows. */
  show(path: string): Promise<JsonObject>;
  /** Expects 200 or 204. */
  patch(path: string, ...operations: unknown[]): Promise<void>;
}

export function validate(scim: ScimServer): Validating {
  const client = createClient(scim, { source: 'entra' });
  return {
    client,
    async make(type, given) {
      const reply = await client.call('POST', `/${type}`, given ?? randomOf(type));
      expect(reply.status).toBe(201);
      return { ...reply.body, id: idOf(reply), path: `/${type}/${idOf(reply)}` };
    },
    show: async (path) => (await client.call('GET', path)).body,
    patch: async (path, ...operations) => expectDone(await client.patch(path, ...operations)),
  };
}

export function randomUser(others: JsonObject = {}): JsonObject {
  const own = { userName: `${randomUUID()}@hosts.example`, externalId: randomUUID() };
  return { ...fixture('validator-create'), ...own, ...others };
}

export function randomGroup(others: JsonObject = {}): JsonObject {
  return { schemas: [GROUP_URN], displayName: randomUUID(), externalId: randomUUID(), ...others };
}

function randomOf(type: Type): JsonObject {
  return type === 'Users' ? randomUser() : randomGroup();
}

/** The operations of a PATCH of 36 attributes, all with this `op`. */
export function verboseOperations(op: string): JsonObject[] {
  return (fixture('entra-add-verbose')['Operations'] as JsonObject[]).map((one) => ({ ...one, op }));
}

/** What those 36 make of a user: all that is shown but what identifies it. Telephones have no order. */
export function expectVerbose(shown: JsonObject): void {
  const { schemas: _, id: __, meta: ___, userName: ____, externalId: _____, ...attributes } = shown;
  const phoneNumbers = [...(shown['phoneNumbers'] as { type: string }[])];
  phoneNumbers.sort((a, b) => a.type.localeCompare(b.type));
  expect({ ...attributes, phoneNumbers }).toEqual(fixture('validator-verbose-user'));
}
