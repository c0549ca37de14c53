import { type Answer, type RateLimit, readCause, ZoomFailure, type ZoomFailureCode } from './failure.js';

interface Said {
  code: number | null;
  words: string;
  fields: string[];
}

const DAY_MS = 86_400_000;
/** The window of Zoom's per-second limits, for a 429 that names no time. */
const NEXT_SECOND_MS = 1_000;
/** Zoom's sentences are short; what is longer is not searched. */
const MAX_WORDS = 500;

const GONE = [1001, 1010];
const APP_DISABLED = [4717, 4735, 4738];

/**
 * Reads any answer of the API that was not the expected one. Judged by status, then by Zoom's code, and by words
 * only where Zoom gives one code several meanings. An answer is definite only when it is a 4xx in Zoom's own shape.
 *
 * @param sentFields names of the JSON fields the call carried
 */
export function readFailure(answer: Answer, sentFields: readonly string[], now: Date): ZoomFailure {
  const { status } = answer;
  const said = readSaid(answer.body);
  const facts = { status, zoomCode: said?.code ?? null, trackingId: readTrackingId(answer.headers) };
  if (status === 429) {
    const rate = readRate(answer.headers, said?.words ?? '', now);
    const code = rate.scope === 'account' ? 'ZOOM_RATE_LIMITED' : 'ZOOM_USER_RATE_LIMITED';
    return new ZoomFailure(code, { ...facts, sent: 'answered', rate });
  }
  if (status >= 500 || status === 408)
    return new ZoomFailure('ZOOM_UNAVAILABLE', { ...facts, sent: 'unanswered' });
  if (status === 401 && said === null)
    return new ZoomFailure('ZOOM_TOKEN_REFUSED', { ...facts, sent: 'answered' });
  if (status < 400 || said === null)
    return new ZoomFailure('ZOOM_UNREADABLE', { ...facts, sent: 'unanswered' });
  const code = readRefusal(status, said, sentFields);
  const missingScopes = code === 'ZOOM_SCOPE_MISSING' ? readScopes(said.words) : [];
  return new ZoomFailure(code, { ...facts, missingScopes, sent: 'answered' });
}

/** Reads an answer of the token endpoint that held no token: whatever was to be sent with it was not. */
export function readTokenFailure(answer: Answer, now: Date): ZoomFailure {
  const { status } = answer;
  const said = readSaid(answer.body);
  const facts = {
    status,
    zoomCode: said?.code ?? null,
    sent: 'no',
    trackingId: readTrackingId(answer.headers),
  } as const;
  if (status === 429) {
    const rate = { ...readRate(answer.headers, said?.words ?? '', now), scope: 'account' } as const;
    return new ZoomFailure('ZOOM_RATE_LIMITED', { ...facts, rate });
  }
  if (status >= 500 || status === 408) return new ZoomFailure('ZOOM_UNAVAILABLE', facts);
  if (said === null || ![400, 401, 403].includes(status)) return new ZoomFailure('ZOOM_UNREADABLE', facts);
  const disabled =
    said.code === null ? /disabled|deactivated|revoked/i.test(said.words) : isDisabled(said.code);
  return new ZoomFailure(disabled ? 'ZOOM_APP_DISABLED' : 'ZOOM_CREDENTIALS_REFUSED', facts);
}

/** Reads an exchange that ended without an answer. `connected`: the connection, TLS included, stood. */
export function readTransportFailure(error: unknown, connected: boolean): ZoomFailure {
  const cause = readCause(error);
  const sent = connected ? 'unanswered' : 'no';
  if (!connected) return new ZoomFailure('ZOOM_UNREACHABLE', { sent, cause });
  return new ZoomFailure(cause.code === 'ETIMEDOUT' ? 'ZOOM_TIMEOUT' : 'ZOOM_CONNECTION_LOST', {
    sent,
    cause,
  });
}

export function readTrackingId(headers: Answer['headers']): string | null {
  return readHeader(headers, 'x-zm-trackingid')?.slice(0, 128) ?? null;
}

function readRefusal(status: number, said: Said, sentFields: readonly string[]): ZoomFailureCode {
  const { code, words } = said;
  if (code !== null && GONE.includes(code)) return 'ZOOM_USER_NOT_FOUND';
  if (code === 1120) return 'ZOOM_USER_PENDING';
  if (code === 4711 || (code === 4700 && (status !== 401 || /scope/i.test(words))))
    return 'ZOOM_SCOPE_MISSING';
  if (code !== null && isDisabled(code)) return 'ZOOM_APP_DISABLED';
  if (code === 2300) return 'ZOOM_ENDPOINT_UNKNOWN';
  if (code === 124 || status === 401) return 'ZOOM_TOKEN_REFUSED';
  if (code === 200 && /administrator can change the host key/i.test(words)) return 'ZOOM_HOST_KEY_ADMIN_ONLY';
  if (code === 200 && /not contain permissions|no permission/i.test(words)) return 'ZOOM_ROLE_MISSING';
  if (/user is (inactive|deactivated|locked)/i.test(words)) return 'ZOOM_USER_INACTIVE';
  if (status === 403) return 'ZOOM_ACCOUNT_BLOCKED';
  if (status === 404 && code === null && /user.{0,60} not (exist|found|belong)/i.test(words))
    return 'ZOOM_USER_NOT_FOUND';
  return refusesHostKey(status, said, sentFields) ? 'ZOOM_KEY_REFUSED' : 'ZOOM_REFUSED';
}

/** "Validation Failed." is about the key when Zoom names it, or names nothing and we sent one. */
function refusesHostKey(
  status: number,
  { code, words, fields }: Said,
  sentFields: readonly string[],
): boolean {
  if (!sentFields.includes('host_key') || /JSON object/.test(words)) return false;
  if (code !== 300 && !(code === null && status === 422)) return false;
  return fields.length === 0 || fields.includes('host_key');
}

function isDisabled(code: number): boolean {
  return APP_DISABLED.includes(code);
}

function readScopes(words: string): string[] {
  return /scopes?:? ?\[([\w:, ]*)\]/i.exec(words)?.[1]?.match(/[a-z_]+(:[a-z_]+)+/g) ?? [];
}

/** Zoom's body, an OAuth error, or problem+json; null when it is none of them. */
function readSaid(body: string | null): Said | null {
  const json = readJsonObject(body);
  if (json === null) return null;
  const code = /^\d+$/.test(String(json['code'])) ? Number(json['code']) : null;
  const sentences = ['message', 'reason', 'error', 'title', 'detail'].map((name) => json[name]);
  const words = sentences
    .filter((sentence) => typeof sentence === 'string')
    .join(' ')
    .slice(0, MAX_WORDS);
  if (code === null && words === '') return null;
  const errors: unknown[] = Array.isArray(json['errors']) ? json['errors'] : [];
  const fields = errors.map((error) => (error as { field?: unknown } | null)?.field);
  return { code, words, fields: fields.filter((field) => typeof field === 'string') };
}

/** Null for whatever is not a JSON object. */
export function readJsonObject(body: string | null): Record<string, unknown> | null {
  try {
    const json: unknown = JSON.parse(body ?? '');
    return typeof json === 'object' && json !== null && !Array.isArray(json)
      ? (json as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

/** All headers of a 429 are optional, and Zoom's `Retry-After` may be an ISO time (zoom: rate limits). */
function readRate(headers: Answer['headers'], words: string, now: Date): RateLimit {
  const scope = /particular user|concurrent requests/i.test(words) ? 'user' : 'account';
  const zoomNow = Date.parse(readHeader(headers, 'date') ?? '') || now.getTime();
  const asked = readRetryAfterMs(readHeader(headers, 'retry-after') ?? '', zoomNow);
  if (asked > 0) return { scope, delayMs: Math.min(asked, DAY_MS) };
  const daily = /daily/i.test(`${words} ${readHeader(headers, 'x-ratelimit-type') ?? ''}`);
  return { scope, delayMs: daily ? DAY_MS - (zoomNow % DAY_MS) : NEXT_SECOND_MS };
}

/** Whole seconds, an HTTP date or an ISO time; 0 when it is none of them. */
function readRetryAfterMs(text: string, zoomNow: number): number {
  if (/^\d+$/.test(text)) return Number(text) * 1_000;
  return (Date.parse(text) || zoomNow) - zoomNow;
}

function readHeader(headers: Answer['headers'], name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}
