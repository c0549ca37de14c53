import { isObject, isPasswordName, withoutPasswords } from './json.js';
import type { Shape } from './shape.js';

/**
 * What of a body, or of operations, may be kept beside its effect: no password, and nothing of what the schemas call
 * write-only, by any spelling of its name.
 */
export function withoutSecrets({ secrets }: Shape, said: unknown): unknown {
  return secrets.size === 0 ? withoutPasswords(said) : withoutNamed(secrets, said);
}

function withoutNamed(secrets: ReadonlySet<string>, said: unknown): unknown {
  if (Array.isArray(said)) return said.map((one) => withoutNamed(secrets, one));
  if (!isObject(said)) return said;
  const { path } = said;
  if (typeof path === 'string' && isSecret(secrets, path)) return { ...said, path: nameOf(path), value: '' };
  const kept = Object.entries(said).filter(([key]) => !isSecret(secrets, key));
  return Object.fromEntries(kept.map(([key, one]) => [key, withoutNamed(secrets, one)]));
}

function isSecret(secrets: ReadonlySet<string>, path: string): boolean {
  const parts = nameOf(path).toLowerCase().split(/[.:]/);
  return isPasswordName(path) || parts.some((part) => secrets.has(part));
}

/** A path without its filter, which may hold what it looks for. */
function nameOf(path: string): string {
  return path.replace(/\[.*\]/s, '');
}
