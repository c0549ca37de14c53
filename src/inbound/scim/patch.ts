import { readAttributePath } from './attribute-path.js';
import { ScimError, refusal } from './error.js';
import { checkSize, isObject, keyOf, valueOf, type JsonObject } from './json.js';
import { checkImmutable } from './mutability.js';
import type { Operation } from './operations.js';
import { readTarget, type Target } from './patch-path.js';
import { findMissing } from './required.js';
import type { Shape } from './shape.js';
import { assign, removeAt, writeAt, type Draft } from './write.js';

/** The resource after all operations, in their order; the one given is not touched. Throws, and nothing happened. */
export function applyPatch(shape: Shape, resource: JsonObject, operations: Operation[]): JsonObject {
  const patched = applyEach(shape, resource, operations);
  // What was missing before, a schema has asked for since: no reason to refuse everything else.
  const missed = new Set(findMissing(shape, resource));
  const [missing] = findMissing(shape, patched).filter((path) => !missed.has(path));
  if (missing !== undefined) throw missingAfter(shape, resource, operations, missing);
  return patched;
}

function applyEach(
  shape: Shape,
  resource: JsonObject,
  operations: Operation[],
  after?: (draft: JsonObject, index: number) => void,
): JsonObject {
  const draft: Draft = { shape, resource: { ...resource } };
  const isAsked = [shape.core, ...shape.extensions].some(({ immutable }) => immutable.length > 0);
  operations.forEach((operation, index) => {
    try {
      const before = isAsked ? { ...draft.resource } : {};
      apply(draft, operation);
      checkSize(draft.resource);
      if (isAsked) checkImmutable(shape, before, draft.resource);
    } catch (error) {
      throw withPlace(error, operation, index);
    }
    after?.(draft.resource, index);
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
  checkWritable(target);
  if (op === 'remove') return removeAt(draft, target, value);
  writeAt(draft, target, value, op);
}

/**
 * A path that names what is read-only is refused (RFC 7644 §3.5.2). Without a path it is ignored: Okta sends the
 * `id` along with the attributes that it changes.
 */
function checkWritable({ attribute, sub }: Target): void {
  if (attribute?.mutability !== 'readOnly' && sub?.mutability !== 'readOnly') return;
  const name = sub && attribute ? `${attribute.name}.${sub.name}` : attribute?.name;
  throw refusal('mutability', `${name} is read-only`);
}

/** Asked only at the end, since one request may remove a value and add it anew; then which operation took it is found. */
function missingAfter(shape: Shape, resource: JsonObject, operations: Operation[], path: string): unknown {
  let culprit = 0;
  let wasThere = true;
  applyEach(shape, resource, operations, (draft, index) => {
    const isThere = !findMissing(shape, draft).includes(path);
    if (wasThere && !isThere) culprit = index;
    wasThere = isThere;
  });
  const isRemoved = hasValueAt(shape, resource, path);
  const error = isRemoved
    ? refusal('mutability', `${path} is required: it cannot be removed`)
    : refusal('invalidValue', `${path} is required`);
  const operation = operations[culprit];
  return operation ? withPlace(error, operation, culprit) : error;
}

function hasValueAt(shape: Shape, resource: JsonObject, path: string): boolean {
  const place = readAttributePath(shape, path);
  const holder = place?.urn ? valueOf(resource, place.urn) : resource;
  return isObject(holder) && !!place?.attribute && valueOf(holder, place.attribute.name) !== undefined;
}

/** An error with the operation that it is about. */
export function withPlace(error: unknown, { path }: Operation, index: number): unknown {
  if (!(error instanceof ScimError)) return error;
  const { status, detail, scimType, code, headers } = error;
  const behind = path === undefined ? '' : ` (path ${JSON.stringify(path.slice(0, 100))})`;
  const place = `Operations[${index}]: ${detail}${behind}`;
  return new ScimError(status, place, { ...(scimType && { scimType }), code, headers, cause: error });
}
