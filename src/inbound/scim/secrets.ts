import { isObject, isPasswordName } from './json.js';
import type { Shape } from './shape.js';

/**
 * What of a body, or of operations, may be kept beside its effect: no password, and nothing of what the schemas call
 * write-only, by any spelling of its name. Nor a filter, which may hold what it looks for: of keys that differ by
 * theirs alone, the last is kept.
 */
export function withoutSecrets({ secrets }: Pick<Shape, 'secrets'>, said: unknown): unknown {
  if (Array.isArray(said)) return said.map((one) => withoutSecrets({ secrets }, one));
  if (!isObject(said)) return said;
  const named = Object.entries(said).map(([key, one]) => [nameOf(key), one] as const);
  const open = named.filter(([name]) => !isSecret(secrets, name));
  const kept = Object.fromEntries(open.map(([name, one]) => [name, withoutSecrets({ secrets }, one)]));
  if (typeof kept['path'] !== 'string') return kept;
  const path = nameOf(kept['path']);
  return isSecret(secrets, path) ? { ...kept, path, value: '' } : { ...kept, path };
}

/** `name` may be a path, and behind the URN of a schema. */
function isSecret(secrets: ReadonlySet<string>, name: string): boolean {
  if (isPasswordName(name)) return true;
  if (secrets.size === 0) return false;
  return name
    .toLowerCase()
    .split(/[.:]/)
    .some((part) => secrets.has(part));
}

/** A path without its filter. */
function nameOf(path: string): string {
  return path.includes('[') ? path.replace(/\[(?:.*\]|.*)/s, '') : path;
}
