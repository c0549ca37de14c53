import { isUtf8 } from 'node:buffer';
import { type Request, type Response, Router } from 'express';
import { BodyError } from '../http/body-error.js';
import { readBody } from '../http/body.js';
import type { FailureLimit } from '../http/failure-limit.js';
import { parseJson } from '../http/json.js';
import { Problem, toProblem } from '../http/problem.js';
import { requestIdOf } from '../http/request-id.js';
import { within } from '../http/within.js';
import type { Acceptor, Intake } from '../jobs/intake.js';
import { isRejected, type ReadEvent } from '../lifecycle/event.js';
import type { HostKey } from '../lifecycle/host-key.js';
import type { Log } from '../log.js';
import type { WebhookSource } from '../records/sources.js';
import { webhookKinds } from './sources/index.js';
import type { Delivery, ToldEvent, WebhookKind } from './sources/source.js';

export interface WebhookRouterParts {
  accept: Acceptor['accept'];
  /** Null when there is no such source. A failure of the database is thrown on. */
  findSource: (name: string) => Promise<WebhookSource | null>;
  /** A host key's hashes under every key of the ring. */
  hashKey: (key: HostKey, zoomUserId: string) => string[];
  /** Of those who name no source of ours, or prove nothing. */
  failures: FailureLimit;
  log: Log;
  now: () => Date;
  /** How old, or how far ahead, a signed time may be. */
  windowMs?: number;
  answerWithinMs?: number;
}

const WINDOW_MS = 300_000;
/** Okta and Zoom hang up after 3 s. */
const ANSWER_WITHIN_MS = 2_500;

interface Reply {
  status: number;
  body: Record<string, string>;
}

/**
 * `POST /<source name>` for every kind of webhook: whole body, proof, and only then a look inside. What is proven
 * is never refused for what one event says, since most senders do not come again after a 4xx.
 */
export function createWebhookRouter(parts: WebhookRouterParts): Router {
  return Router().post('/:source', async (request, response) => {
    const answering = receive(parts, request, response).catch((error: unknown) => {
      throw parts.failures.refuse(request, error);
    });
    const reply = await within(answering, parts.answerWithinMs ?? ANSWER_WITHIN_MS, tooSlow);
    response.status(reply.status).json(reply.body);
  });
}

async function receive(
  parts: WebhookRouterParts,
  request: Request<{ source: string }>,
  response: Response,
): Promise<Reply> {
  await parts.failures.admit(request, () => request.params.source);
  const { source, kind } = await find(parts, request.params.source);
  response.locals.source = source.name;
  const log = parts.log.child({ requestId: requestIdOf(response), source: source.name });
  try {
    const raw = await readBody(request, { limitBytes: kind.limitBytes });
    return await take({ ...parts, log }, source, kind, { raw, headers: request.headers });
  } catch (error) {
    const { status, code } = toProblem(error);
    if (status < 500) log.warn({ code }, 'notice refused');
    throw error;
  }
}

/** What the database could not even be asked for is as unknown as what it does not know. */
async function find(
  { findSource }: WebhookRouterParts,
  name: string,
): Promise<{ source: WebhookSource; kind: WebhookKind }> {
  const source = /^[^\p{Cc}\p{Cs}]{1,100}$/u.test(name) ? await findSource(name) : null;
  const kind = source && webhookKinds.get(source.kind);
  if (source && kind) return { source, kind };
  throw new Problem({
    status: 404,
    code: 'SOURCE_UNKNOWN',
    detail: 'no source of this name takes webhooks here',
  });
}

async function take(
  parts: WebhookRouterParts,
  source: WebhookSource,
  kind: WebhookKind,
  delivery: Delivery & { raw: Buffer },
): Promise<Reply> {
  const { accept, hashKey, log, now, windowMs = WINDOW_MS } = parts;
  const verdict = kind.verify(delivery, { secrets: source.secrets, nowMs: now().getTime(), windowMs });
  if (!verdict.genuine) throw unproven(verdict.code, verdict.detail);
  const body = parseProven(delivery.raw);
  const greeting = kind.greet?.(body, verdict.secret);
  if (greeting && 'refused' in greeting) throw refused(greeting.refused);
  if (greeting) {
    log.info('handshake answered');
    return { status: 200, body: greeting.answer };
  }
  const noticeKey = kind.identify(delivery, verdict.secret);
  const reading = kind.read(body);
  const events = reading.events.map((event) => withKeyHashed(event, hashKey));
  await keep(accept, { sourceId: source.id, noticeKey, body: reading.body, events }, log);
  return kind.success;
}

async function keep(accept: Acceptor['accept'], intake: Intake, log: Log): Promise<void> {
  const accepted = await accept(intake);
  log.info({ outcome: accepted.outcome }, 'notice accepted');
  const setAside = accepted.outcome === 'kept' && intake.events.some(isRejected);
  if (setAside) log.warn({ outcome: 'rejected' }, 'event set aside');
}

/** A proven notice is not lost for half a character in somebody's name: the kinds clean what they read and keep. */
function parseProven(raw: Buffer): unknown {
  try {
    return parseJson(raw);
  } catch (error) {
    const isRepairable = error instanceof BodyError && error.code === 'BODY_BAD_TEXT' && isUtf8(raw);
    if (!isRepairable) throw error;
    return JSON.parse(new TextDecoder().decode(raw));
  }
}

function withKeyHashed(event: ToldEvent, hashKey: WebhookRouterParts['hashKey']): ReadEvent {
  if (isRejected(event)) return event;
  const { seenKey, ...told } = event;
  return seenKey ? { ...told, seenKeyHashes: hashKey(seenKey, told.record) } : told;
}

function unproven(code: string, detail: string): Problem {
  const headers = { 'WWW-Authenticate': 'Signature realm="hostkeeper"' };
  return new Problem({ status: 401, code, detail, headers });
}

function refused(detail: string): Problem {
  return new Problem({ status: 400, code: 'WEBHOOK_CHALLENGE_REFUSED', detail });
}

/** When the answer comes too late for the sender, 503 makes it come again; the work goes on and is then a repeat. */
function tooSlow(): Problem {
  return new Problem({
    status: 503,
    code: 'WEBHOOK_TOO_SLOW',
    detail: 'the notice could not be kept in time; send it again',
    headers: { 'Retry-After': '30' },
  });
}
