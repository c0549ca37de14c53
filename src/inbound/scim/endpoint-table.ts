import { ScimError } from './error.js';
import type { Endpoint } from './request.js';

export type Methods = Partial<Record<string, Endpoint>>;

/** What is answered where: by path, in which `:id` stands for any one part. */
export type Endpoints = Readonly<Record<string, Methods>>;

export interface Target {
  /** The path as the table has it. */
  pattern: string;
  methods: Methods;
  /** Decoded; empty where the pattern has none. */
  id: string;
}

/** How a pattern ends that stands for one resource. */
export const ID = '/:id';

/** Whatever the case, and with or without a slash at the end. Throws 400 for a path that cannot be decoded. */
export function createEndpointFinder(endpoints: Endpoints): (path: string) => Target | undefined {
  const [ones, alls] = [new Map<string, Target>(), new Map<string, Target>()];
  for (const [pattern, methods] of Object.entries(endpoints)) {
    const [targets, end] = pattern.endsWith(ID) ? [ones, -ID.length] : [alls, undefined];
    targets.set(pattern.slice(1, end).toLowerCase(), { pattern, methods, id: '' });
  }
  return (path) => {
    const parts = path
      .split('/')
      .slice(path.startsWith('/') ? 1 : 0)
      .map(decode);
    if (parts.length > 1 && parts.at(-1) === '') parts.pop();
    const [type = '', id = ''] = parts;
    const whole = parts.length > 2 ? undefined : alls.get(parts.join('/').toLowerCase());
    const one = parts.length === 2 ? ones.get(type.toLowerCase()) : undefined;
    return whole ?? (one && { ...one, id });
  };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (cause) {
    throw new ScimError(400, 'the path cannot be read: it has a % that begins no character', {
      code: 'BAD_REQUEST',
      cause,
    });
  }
}
