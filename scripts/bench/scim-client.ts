import { Agent, request as httpRequest, type RequestOptions } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { runJson, type Env } from './hostkeeper.js';

export interface Reply {
  status: number;
  body: string;
  tookMs: number;
}

export type Call = (method: string, path: string, body?: unknown) => Promise<Reply>;

/** Calls one server over connections that are kept; only the way there and back is timed. */
export function createCaller(url: string, token: string, connections = 64): Call & { close(): void } {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const call: Call = (method, path, body) => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const type = path.startsWith('/scim') ? 'application/scim+json' : 'application/json';
    const headers = {
      authorization: `Bearer ${token}`,
      ...(text && { 'content-type': type, 'content-length': Buffer.byteLength(text) }),
    };
    return send(new URL(path, url), { agent, method, headers }, text);
  };
  return Object.assign(call, { close: () => agent.destroy() });
}

function send(url: URL, options: RequestOptions, text: string | undefined): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const request = httpRequest(url, options, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, body, tookMs: performance.now() - startedAt });
      });
    });
    request.on('error', (error: NodeJS.ErrnoException) => {
      // A kept connection that the server closed for being idle, just as it was used again.
      if (request.reusedSocket && error.code === 'ECONNRESET') resolve(send(url, options, text));
      else reject(error);
    });
    request.end(text);
  });
}

/** A connected SCIM source's token. */
export async function addScimSource(name: string, env: Env): Promise<string> {
  return (await runJson<{ token: string }>(['source', 'add', name, '--kind', 'scim'], env)).token;
}

export async function addLookUpToken(env: Env): Promise<string> {
  const args = ['token', 'create', 'bench', '--scope', 'keys:read'];
  return (await runJson<{ token: string }>(args, env)).token;
}

/** Does `work` for each, so many at a time, and fails with the first that fails. */
export async function each<T>(items: T[], width: number, work: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items].reverse();
  const walk = async () => {
    for (let item = waiting.pop(); item !== undefined; item = waiting.pop()) await work(item);
  };
  await Promise.all(Array.from({ length: width }, walk));
}

/** Begins `work` so many times a second, whether or not what was begun before has ended; ends when all has. */
export async function atRate(
  rate: number,
  seconds: number,
  work: (number: number) => Promise<void>,
): Promise<void> {
  const startedAt = performance.now();
  const begun = new Set<Promise<void>>();
  let broken: { error: unknown } | undefined;
  for (let number = 0; number < rate * seconds && !broken; number++) {
    await sleep(Math.max(0, startedAt + (number * 1_000) / rate - performance.now()));
    const one = work(number)
      .catch((error: unknown) => void (broken = { error }))
      .finally(() => begun.delete(one));
    begun.add(one);
  }
  await Promise.all(begun);
  if (broken) throw broken.error;
}

/** A user as Okta creates it. */
export function oktaUser(mail: string, externalId: string) {
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    userName: mail,
    name: { givenName: 'Person', familyName: externalId },
    emails: [{ primary: true, value: mail, type: 'work' }],
    displayName: `Person ${externalId}`,
    locale: 'en-US',
    externalId,
    groups: [],
    active: true,
  };
}

/** Joins somebody; their SCIM id. */
export async function join(call: Call, mail: string): Promise<string> {
  const { body } = await insist(() => call('POST', '/scim/v2/Users', oktaUser(mail, `00u-${mail}`)));
  return (JSON.parse(body) as { id: string }).id;
}

/** Asks again while the answer is 503, as directories do; whatever else is not a success is an error. */
export async function insist(ask: () => Promise<Reply>): Promise<Reply> {
  for (;;) {
    const reply = await ask();
    if (reply.status < 300) return reply;
    if (reply.status !== 503) throw new Error(`a call was answered with ${reply.status}: ${reply.body}`);
    await sleep(1_000);
  }
}
