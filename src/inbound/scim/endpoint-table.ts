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
  const patterns = new Map(Object.keys(endpoints).map((pattern) => [pattern.toLowerCase(), pattern]));
  const targetOf = (path: string, id: string): Target | undefined => {
    const pattern = patterns.get(path.toLowerCase());
    const methods = pattern === undefined ? undefined : endpoints[pattern];
    return pattern === undefined || !methods ? undefined : { pattern, methods, id };
  };
  return (path) => {
    const parts = path
      .split('/')
      .slice(path.startsWith('/') ? 1 : 0)
      .map(decode);
    if (parts.length > 1 && parts.at(-1) === '') parts.pop();
    const whole = targetOf(`/${parts.join('/')}`, '');
    if (whole || parts.length !== 2) return whole;
    const [type = '', id = ''] = parts;
    return targetOf(`/${type}${ID}`, id);
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
