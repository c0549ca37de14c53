import type { Answer } from '../../src/zoom/failure.js';

export const html = '<html><body><h1>502 Bad Gateway</h1></body></html>';

/** Text as it is, null for a body too long to read, anything else as JSON. */
export function answer(status: number, body: unknown, headers: Answer['headers'] = {}): Answer {
  return { status, headers, body: typeof body === 'string' || body === null ? body : JSON.stringify(body) };
}

/** In Zoom's own shape. */
export function zoom(status: number, code: number, message: string, more: object = {}): Answer {
  return answer(status, { code, message, ...more });
}
