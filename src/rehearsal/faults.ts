import { type Answer, zoomError } from './answer.js';
import type { ZoomUser } from './users.js';

/** An answer in Zoom's place: `body` as in Answer, so text (HTML, say) and bytes go out raw, and absent is empty. */
export interface FailedAnswer {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
  contentType?: string;
}

/** `reset` destroys the connection, `silence` never answers; with any failure nothing is applied. */
export type Failure = FailedAnswer | 'reset' | 'silence';

/** A change that takes effect although its caller never hears of it. */
export interface LostAnswer {
  applyAfterMs: number;
  caller: 'drop' | 'hold';
}

interface Counted<T> {
  left: number;
  what: T;
  method?: string | undefined;
}

/** Orders given in advance; each lasts for its count, or until told otherwise. `who` is an id or an e-mail. */
export interface ZoomFaults {
  /** The next n API requests, or those of one method, fail before Zoom looks at them. */
  failNext(n: number, failure: Failure, only?: { method: string }): void;
  /** The next n answers are this raw text or these bytes: HTML, nothing, ten megabytes. */
  answerWith(body: string | Buffer, how?: { n?: number; status?: number; contentType?: string }): void;
  failNextToken(n: number, failure: Failure): void;
  /** Every request about this user, until `null`. */
  failFor(who: string, failure: Failure | null): void;
  /** The next n requests about this user: the daily limit per user, which says nothing about the account's. */
  perUser429(who: string, n: number): void;
  /** Everything, the token endpoint too: 503 with a page of HTML, unless told otherwise. */
  outage(on: boolean, failure?: Failure): void;
  /** The next n answers, by default all, come this much later; changes still happen at once. */
  slow(ms: number, n?: number): void;
  /** The next n accepted changes: applied, then the connection is destroyed. */
  applyThenDrop(n: number): void;
  /** The next n accepted changes: the caller is dropped at once or left hanging, and the change comes after. */
  applyLate(n: number, ms: number, caller?: LostAnswer['caller']): void;
  clear(): void;
}

/** What the server asks at each stage of a request; asking uses up what is counted. */
export interface PendingFaults {
  atToken(): Failure | undefined;
  atEdge(method: string): Failure | undefined;
  forUser(who: string, user: ZoomUser | undefined): Failure | undefined;
  forChange(): LostAnswer | undefined;
  extraDelayMs(): number;
}

const UNAVAILABLE: FailedAnswer = {
  status: 503,
  body: '<html><body><h1>503 Service Temporarily Unavailable</h1></body></html>',
  contentType: 'text/html',
};

const PER_USER_429 = zoomError(
  429,
  429,
  'You have exceeded the daily rate limit (100) of Meeting Create/Update API requests permitted for this particular user. You may resume these requests at GMT 00:00:00.',
);

interface Faults {
  next: Counted<Failure>[];
  nextToken: Counted<Failure>[];
  changes: Counted<LostAnswer>[];
  slowness: Counted<number>[];
  users: Map<string, Counted<Failure>[]>;
  outage?: Failure;
}

export function createFaults(): { orders: ZoomFaults; pending: PendingFaults } {
  const faults: Faults = { next: [], nextToken: [], changes: [], slowness: [], users: new Map() };
  return { orders: createOrders(faults), pending: createPending(faults) };
}

function createOrders(faults: Faults): ZoomFaults {
  const { next, nextToken, changes, slowness, users } = faults;
  return {
    failNext: (left, what, only) => void next.push({ left, what, method: only?.method }),
    answerWith: (body, { n = 1, status = 200, contentType = 'text/html' } = {}) =>
      void next.push({ left: n, what: { status, body, contentType } }),
    failNextToken: (left, what) => void nextToken.push({ left, what }),
    failFor(who, what) {
      if (what === null) users.delete(keyOf(who));
      else users.set(keyOf(who), [{ left: Infinity, what }]);
    },
    perUser429: (who, left) => void users.set(keyOf(who), [{ left, what: PER_USER_429 }]),
    outage(on, failure = UNAVAILABLE) {
      if (on) faults.outage = failure;
      else delete faults.outage;
    },
    slow: (what, left = Infinity) => void slowness.splice(0, Infinity, { left, what }),
    applyThenDrop: (left) => void changes.push({ left, what: { applyAfterMs: 0, caller: 'drop' } }),
    applyLate: (left, applyAfterMs, caller = 'drop') =>
      void changes.push({ left, what: { applyAfterMs, caller } }),
    clear() {
      for (const list of [next, nextToken, changes, slowness]) list.length = 0;
      users.clear();
      delete faults.outage;
    },
  };
}

function createPending(faults: Faults): PendingFaults {
  const { next, nextToken, changes, slowness, users } = faults;
  return {
    atToken: () => faults.outage ?? takeFrom(nextToken),
    atEdge: (method) => faults.outage ?? takeFrom(next, method),
    forUser(who, user) {
      const keys = user === undefined ? [who] : [user.id, user.email];
      const list = keys.map((key) => users.get(keyOf(key))).find((found) => found !== undefined);
      return list && takeFrom(list);
    },
    forChange: () => takeFrom(changes),
    extraDelayMs: () => takeFrom(slowness) ?? 0,
  };
}

export function failedAnswer({ contentType, headers, ...answer }: FailedAnswer): Answer {
  return { ...answer, headers: { ...(contentType && { 'content-type': contentType }), ...headers } };
}

/** E-mails in any letter case are the same; ids are not. */
function keyOf(who: string): string {
  return who.includes('@') ? who.toLowerCase() : who;
}

function takeFrom<T>(list: Counted<T>[], method?: string): T | undefined {
  const counted = list.find((entry) => entry.left > 0 && (entry.method ?? method) === method);
  if (counted === undefined) return undefined;
  counted.left--;
  if (counted.left <= 0) list.splice(list.indexOf(counted), 1);
  return counted.what;
}
