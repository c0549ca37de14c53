import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Logger } from 'pino';
import type { CallBudget, CallLabel } from './budget.js';
import { type Answer, NotSent, ZoomFailure } from './failure.js';
import { readFailure, readJsonObject, readTrackingId } from './read-failure.js';
import { type Exchange, send } from './send.js';
import type { AccessToken, StoredToken } from './token.js';
import type { Priority } from './waiting-line.js';

/** What whoever asks for a call decides about it. */
export interface CallTerms {
  priority: Priority;
  /**
   * How long it still makes sense to send the call. Asked before the wait for the budget's grant, and once more right
   * before sending; so again at a second try. Whoever has none left gives the call up, in the line without taking a slot.
   */
  patienceMs?: () => number;
}

export interface ZoomCall extends CallTerms {
  action: string;
  method: 'GET' | 'PATCH';
  /** Segments after the API's base address, as they are; encoded here. */
  path: readonly string[];
  query?: Record<string, string>;
  json?: Record<string, unknown>;
  label: CallLabel;
  /** The one status that is success; with 200, a body that is a JSON object belongs to it. */
  expected: 200 | 204;
}

export interface ZoomAnswer {
  /** Empty unless 200 was expected. */
  body: Record<string, unknown>;
  trackingId: string | null;
  /** Zoom's clock, to the second. */
  zoomTime: Date | null;
}

export interface ZoomClient {
  /** @throws ZoomFailure for everything but the expected answer; NotSent when patience ended */
  call(call: ZoomCall): Promise<ZoomAnswer>;
  /** Ends the connections kept open. */
  close(): void;
}

interface Dependencies {
  apiUrl: string;
  token: AccessToken;
  budget: CallBudget;
  timeoutMs: number;
  log: Pick<Logger, 'debug'>;
}

/** Shorter than servers keep an idle connection, so that a call seldom meets one that is being closed. */
const IDLE_MS = 4_000;

export function createZoomClient({ apiUrl, token, budget, timeoutMs, log }: Dependencies): ZoomClient {
  const kept = { keepAlive: true, timeout: IDLE_MS };
  const agent = { http: new HttpAgent(kept), https: new HttpsAgent(kept) };

  async function callOnce(call: ZoomCall, { token: bearer }: StoredToken): Promise<ZoomAnswer> {
    await granted(budget, call);
    const startedAt = performance.now();
    const answer = await send({ ...exchangeFor(apiUrl, call, bearer), timeoutMs, agent });
    const trackingId = readTrackingId(answer.headers);
    const durationMs = Math.round(performance.now() - startedAt);
    log.debug({ action: call.action, outcome: answer.status, trackingId, durationMs }, 'zoom answered');
    return readExpected(call, answer, new Date());
  }

  /** What a failure says about more than this one call. */
  async function learnFrom(error: unknown, call: ZoomCall, used: StoredToken): Promise<void> {
    if (!(error instanceof ZoomFailure)) return;
    if (error.sent === 'answered' && error.rate?.scope === 'account')
      await budget.pause(call.label, error.rate.delayMs);
    if (error.code === 'ZOOM_TOKEN_REFUSED' || error.code === 'ZOOM_SCOPE_MISSING')
      token.invalidate(used.token);
  }

  async function callWith(call: ZoomCall, used: StoredToken): Promise<ZoomAnswer> {
    try {
      return await callOnce(call, used);
    } catch (error) {
      await learnFrom(error, call, used);
      throw error;
    }
  }

  return {
    async call(call) {
      const first = await token.get();
      try {
        return await callWith(call, first);
      } catch (error) {
        if (!(error instanceof ZoomFailure) || error.code !== 'ZOOM_TOKEN_REFUSED') throw error;
        const second = await token.get();
        if (second.token === first.token) throw refusedForGood(error);
        return await callWith(call, second);
      }
    },
    close() {
      agent.http.destroy();
      agent.https.destroy();
    },
  };
}

/**
 * A slot spent on somebody for whom it comes too late would be nobody's: with enough of them in the line, no call would
 * ever be sent. And what was granted at the last moment may be late all the same, after a pause of the whole process.
 *
 * @throws NotSent
 */
async function granted(budget: CallBudget, { label, priority, patienceMs }: ZoomCall): Promise<void> {
  if (!patienceMs) return void (await budget.grant(label, priority));
  const leaving = new AbortController();
  const timer = setTimeout(() => leaving.abort(), Math.max(0, patienceMs()));
  try {
    await budget.grant(label, priority, leaving.signal);
  } finally {
    clearTimeout(timer);
  }
  if (patienceMs() < 0) throw new NotSent('LEASE_TOO_SHORT');
}

function exchangeFor(apiUrl: string, call: ZoomCall, bearer: string): Omit<Exchange, 'timeoutMs'> {
  const { method, path, query = {}, json } = call;
  const url = new URL([apiUrl.replace(/\/+$/, ''), ...path.map(encodeSegment)].join('/'));
  url.search = new URLSearchParams(query).toString();
  const headers = {
    authorization: `Bearer ${bearer}`,
    accept: 'application/json',
    'user-agent': 'hostkeeper',
  };
  if (json === undefined) return { method, url, headers };
  return {
    method,
    url,
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(json),
  };
}

/** @throws TypeError for what a URL cannot carry as one segment: `..` would climb, even when encoded. */
export function encodeSegment(segment: string): string {
  if (/^\.{0,2}$/.test(segment) || /\p{Surrogate}/u.test(segment)) throw new TypeError('not a path segment');
  return encodeURIComponent(segment);
}

function readExpected(call: ZoomCall, answer: Answer, now: Date): ZoomAnswer {
  const body = call.expected === 200 ? readJsonObject(answer.body) : {};
  if (answer.status !== call.expected || body === null) {
    throw readFailure(answer, Object.keys(call.json ?? {}), now);
  }
  const zoomTimeMs = Date.parse(String(answer.headers['date']));
  return {
    body,
    trackingId: readTrackingId(answer.headers),
    zoomTime: Number.isNaN(zoomTimeMs) ? null : new Date(zoomTimeMs),
  };
}

/** There is no other token to be had: the configured one will be refused for everybody. */
function refusedForGood({ sent, status, zoomCode, trackingId }: ZoomFailure): ZoomFailure {
  return new ZoomFailure('ZOOM_CREDENTIALS_REFUSED', { sent, status, zoomCode, trackingId });
}
