/** Did the call reach Zoom? `answered`: a definite answer, so a write was not applied. `unanswered`: it may have been. */
export type Sent = 'no' | 'answered' | 'unanswered';

/**
 * What may be done about a failure. `refused-value`: draw another key, once. `wait`: until Zoom knows the user or
 * lets them in. `gone`: Zoom has no such user. `stop`: this call will never be accepted. `pause`: nor will anybody
 * else's. `rate`: later, and it was no attempt.
 */
export type Then = 'retry' | 'refused-value' | 'wait' | 'gone' | 'stop' | 'pause' | 'rate';

const MEANINGS = {
  ZOOM_USER_NOT_FOUND: ['gone', 'Zoom has no such user in this account'],
  ZOOM_USER_PENDING: ['wait', 'the user has not accepted the invitation to Zoom'],
  ZOOM_USER_INACTIVE: ['wait', 'the Zoom user is deactivated or locked'],
  ZOOM_KEY_REFUSED: ['refused-value', 'Zoom refused the value of the host key'],
  ZOOM_REFUSED: ['stop', 'Zoom refused the call'],
  ZOOM_HOST_KEY_ADMIN_ONLY: ['pause', 'Zoom lets only an account administrator change host keys'],
  ZOOM_SCOPE_MISSING: ['pause', 'the Zoom app lacks a scope'],
  ZOOM_ROLE_MISSING: ['pause', 'the role of whoever owns the Zoom app lacks a permission'],
  ZOOM_ACCOUNT_BLOCKED: ['pause', 'Zoom denies this account the use of its API'],
  ZOOM_ENDPOINT_UNKNOWN: ['pause', 'Zoom does not know this endpoint'],
  ZOOM_CREDENTIALS_REFUSED: ['pause', 'Zoom refused the credentials of the app'],
  ZOOM_APP_DISABLED: ['pause', 'the Zoom app is disabled, revoked or without an owner'],
  ZOOM_TOKEN_REFUSED: ['pause', 'Zoom refused a fresh access token'],
  ZOOM_RATE_LIMITED: ['rate', 'a rate limit of the Zoom account is reached'],
  ZOOM_USER_RATE_LIMITED: ['rate', 'a rate limit of this Zoom user is reached'],
  ZOOM_UNAVAILABLE: ['retry', 'Zoom failed'],
  ZOOM_TIMEOUT: ['retry', 'Zoom did not answer in time'],
  ZOOM_CONNECTION_LOST: ['retry', 'the connection to Zoom broke before the answer was whole'],
  ZOOM_UNREACHABLE: ['retry', 'no connection to Zoom could be made'],
  ZOOM_UNREADABLE: ['retry', 'the answer was not one that Zoom gives'],
  ZOOM_BUDGET_UNAVAILABLE: ['rate', 'the call budget could not be read'],
  LEASE_TOO_SHORT: ['rate', 'the lease no longer covers the time-out of the call'],
} as const satisfies Record<string, readonly [Then, string]>;

export type ZoomFailureCode = keyof typeof MEANINGS;

/** `account`: every call under that label has to wait; `user`: only calls about this user. From the answer on. */
export interface RateLimit {
  scope: 'account' | 'user';
  delayMs: number;
}

interface Circumstances {
  sent: Sent;
  status?: number | null;
  zoomCode?: number | null;
  trackingId?: string | null;
  rate?: RateLimit;
  missingScopes?: string[];
  cause?: unknown;
}

/** Never holds a word Zoom sent (they can repeat our values), nor a request: safe to log whole. */
export class ZoomFailure extends Error {
  override readonly name: string = 'ZoomFailure';
  readonly then: Then;
  readonly sent: Sent;
  readonly status: number | null;
  /** The `code` in Zoom's body, for people who ask Zoom's support. */
  readonly zoomCode: number | null;
  readonly trackingId: string | null;
  /** Set when `then` is `rate`. */
  readonly rate: RateLimit | null;
  readonly missingScopes: string[];

  constructor(
    readonly code: ZoomFailureCode,
    circumstances: Circumstances,
  ) {
    const { status = null, zoomCode = null, missingScopes = [], cause } = circumstances;
    const details = [
      ...(status === null ? [] : [`HTTP ${status}`]),
      ...(zoomCode === null ? [] : [`Zoom code ${zoomCode}`]),
      ...missingScopes,
    ];
    const text = MEANINGS[code][1] + (details.length > 0 ? ` (${details.join(', ')})` : '');
    super(text, cause === undefined ? undefined : { cause });
    this.then = MEANINGS[code][0];
    this.sent = circumstances.sent;
    this.status = status;
    this.zoomCode = zoomCode;
    this.trackingId = circumstances.trackingId ?? null;
    this.rate = circumstances.rate ?? null;
    this.missingScopes = missingScopes;
  }
}

/** How long a call that got no turn stays away. */
const COME_BACK_MS = 1_000;

/** The call was given up before a byte of it was sent: our own budget or lease stood in its way, so it was no attempt. */
export class NotSent extends ZoomFailure {
  override readonly name = 'NotSent';

  constructor(code: 'LEASE_TOO_SHORT' | 'ZOOM_BUDGET_UNAVAILABLE', cause?: unknown) {
    super(code, { sent: 'no', rate: { scope: 'account', delayMs: COME_BACK_MS }, cause });
  }
}

/** An HTTP answer; `body` is null when it was longer than we care to read. */
export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string | null;
}

/** An error reduced to what cannot hold a request: HTTP clients hang headers and bodies on theirs. */
export function readCause(error: unknown): Error & { code?: string } {
  if (!(error instanceof Error)) return new Error('something that is not an Error was thrown');
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  return Object.assign(new Error(error.message), { name: error.name }, code);
}
