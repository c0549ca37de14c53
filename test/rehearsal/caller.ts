import type { RehearsalZoom } from '../../src/rehearsal/zoom.js';

export interface Answered {
  status: number;
  headers: Headers;
  text: string;
  json: any;
}

export interface Caller {
  get(path: string): Promise<Answered>;
  patch(who: string, body: unknown): Promise<Answered>;
}

/** Calls the API with one token, as any client over HTTP would. A body that is text goes out as it is. */
export function createCaller(zoom: RehearsalZoom, token = zoom.issueToken()): Caller {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  return {
    get: async (path) => read(await fetch(`${zoom.apiUrl}${path}`, { headers })),
    patch: async (who, body) =>
      read(
        await fetch(`${zoom.apiUrl}/users/${encodeURIComponent(who)}`, {
          method: 'PATCH',
          headers,
          body: typeof body === 'string' ? body : JSON.stringify(body),
        }),
      ),
  };
}

export async function read(response: Response): Promise<Answered> {
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') ?? false;
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: isJson ? JSON.parse(text) : undefined,
  };
}

export async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`still not so after 10 s: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
