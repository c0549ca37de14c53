import { ScimError, refusal } from './error.js';
import { checkSize, isObject, keyOf, type JsonObject } from './json.js';
import type { Operation } from './operations.js';
import { readTarget } from './patch-path.js';
import type { Shape } from './shape.js';
import { assign, removeAt, writeAt, type Draft } from './write.js';

/** The resource after all operations, in their order; the one given is not touched. Throws, and nothing happened. */
export function applyPatch(shape: Shape, resource: JsonObject, operations: Operation[]): JsonObject {
  const draft: Draft = { shape, resource: { ...resource } };
  operations.forEach((operation, index) => {
    try {
      apply(draft, operation);
      checkSize(draft.resource);
    } catch (error) {
      throw withPlace(error, index);
    }
  });
  return draft.resource;
}

function apply(draft: Draft, { op, path, value }: Operation): void {
  if (path === undefined) {
    if (op === 'remove') throw refusal('noTarget', 'remove needs a path');
    return assign(draft, value, op);
  }
  const isWhole = isObject(value) || keyOf(draft.resource, path) !== undefined;
  const target = readTarget(draft.shape, path, isWhole);
  if (op === 'remove') return removeAt(draft, target, value);
  writeAt(draft, target, value, op);
}

function withPlace(error: unknown, index: number): unknown {
  if (!(error instanceof ScimError)) return error;
  const { status, detail, scimType, code, headers } = error;
  const place = `Operations[${index}]: ${detail}`;
  return new ScimError(status, place, { ...(scimType && { scimType }), code, headers, cause: error });
}
