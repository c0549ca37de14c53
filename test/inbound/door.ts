import { readFileSync } from 'node:fs';
import { createApp } from '../../src/http/app.js';
import { createFailureLimit } from '../../src/http/failure-limit.js';
import { Problem } from '../../src/http/problem.js';
import { hmacSha256Hex } from '../../src/inbound/signature.js';
import { createWebhookRouter, type WebhookRouterParts } from '../../src/inbound/webhooks.js';
import type { Accepted, Acceptor, Intake } from '../../src/jobs/intake.js';
import { createLog } from '../../src/log.js';
import { serving } from '../http/serving.js';

export const SECRET = 'zoom-webhook-secret';
export const OLD_SECRET = 'zoom-webhook-secret-before';
export const NOW = new Date('2026-01-01T09:00:00Z');
export const KEPT = { status: 200, body: {} };

const sources = [
  { id: 's1', name: 'zoom', kind: 'zoom', secrets: [SECRET, OLD_SECRET] },
  { id: 's2', name: 'okta', kind: 'scim', secrets: [] },
  { id: 's3', name: 'zoom-without-secret', kind: 'zoom', secrets: [] },
];

export function fixture(name: string): string {
  return readFileSync(new URL(`../fixtures/zoom/${name}.json`, import.meta.url), 'utf8');
}

/** Keeps what is new, as the real one does, and takes a turn of the event loop to do it. */
function createMemory(): Acceptor & { kept: Intake[] } {
  const kept: Intake[] = [];
  const accept = async (intake: Intake): Promise<Accepted> => {
    await new Promise(setImmediate);
    const isRepeat = kept.some(({ noticeKey }) => noticeKey?.value === intake.noticeKey?.value);
    if (!isRepeat) kept.push(intake);
    return { outcome: isRepeat ? 'repeat' : 'kept', at: NOW, events: [] };
  };
  return { accept, kept };
}

type Body = string | Uint8Array;
type Post<T> = (body: Body, headers?: Record<string, string>, path?: string) => Promise<T>;

interface Door {
  send: Post<Response>;
  /** Sends, and reads the answer. */
  post: Post<{ status: number; body: Record<string, unknown> }>;
  kept: Intake[];
  logged: () => string;
}

/** What a database that is down looks like here. */
export class StoreDown extends Error {}

/** A whole app with the router in it, on a port of its own, while `work` runs. */
export async function withDoor(
  work: (door: Door) => Promise<void>,
  parts: Partial<WebhookRouterParts> = {},
): Promise<void> {
  const lines: string[] = [];
  const log = createLog({ level: 'debug', destination: { write: (line) => void lines.push(line) } });
  const { accept, kept } = createMemory();
  const router = createWebhookRouter({
    accept,
    findSource: async (name) => sources.find((source) => source.name === name) ?? null,
    hashKey: (key, zoomUserId) => [`hash of ${key.reveal().length} digits for ${zoomUserId}`],
    failures: createFailureLimit({ isInForce: async () => true, limit: Infinity }),
    log,
    now: () => NOW,
    ...parts,
  });
  const explain = (error: unknown) =>
    error instanceof StoreDown
      ? new Problem({ status: 503, code: 'DOWN', detail: '-', headers: { 'Retry-After': '9' } })
      : undefined;
  await serving(createApp({ log, routes: [['/webhooks', router]], explain }), async (url) => {
    const send: Door['send'] = (body, headers = sign(body), path = '/webhooks/zoom') =>
      fetch(url + path, { method: 'POST', body, headers });
    const post: Door['post'] = async (...sent) => {
      const response = await send(...sent);
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    };
    await work({ send, post, kept, logged: () => lines.join('') });
  });
}

export function sign(body: Body, secret = SECRET, at = NOW): Record<string, string> {
  const timestamp = String(at.getTime() / 1000);
  return {
    'content-type': 'application/json; charset=utf-8',
    'x-zm-request-timestamp': timestamp,
    'x-zm-signature': `v0=${hmacSha256Hex(secret, `v0:${timestamp}:`, body)}`,
  };
}
