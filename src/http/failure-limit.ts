import { isIPv6 } from 'node:net';
import { Problem } from './problem.js';

/** Whom a request comes from, as far as it says: an express request is one. */
export interface Caller {
  /** Of the sender, or of whom a trusted proxy names. */
  readonly ip?: string | undefined;
  /** The OAuth client it says it is. */
  readonly clientId?: string | undefined;
}

export interface FailureLimitOptions {
  /**
   * Whether this is in force: the SHA-256 of a token or secret in hex, or the name of a source that signs. It is
   * asked only for callers that failed too often, and must not cost a look-up each time.
   */
  isInForce: (credential: string) => Promise<boolean>;
  /** Failures of one caller within a minute. */
  limit?: number;
  /** In milliseconds, from any start. */
  clock?: () => number;
}

export interface FailureLimit {
  /**
   * Before anything is looked up.
   *
   * @param credential read only when this caller failed too often
   * @throws Problem 429 AUTH_FAILURES_LIMITED, unless the credential is in force
   */
  admit(caller: Caller, credential: () => string | undefined): Promise<void>;
  /** Counts it when it says that nobody knows the caller; gives what to answer: the error itself, or a 429. */
  refuse(caller: Caller, error: unknown): unknown;
}

const LIMIT = 20;
const WINDOW_MS = 60_000;
/** Anybody may come from anywhere: of so many, the oldest is forgotten. */
const MAX_CALLERS = 10_000;

interface Count {
  failed: number;
  until: number;
}

/**
 * Who fails to authenticate too often, from one address or as one OAuth client, is refused at once for the rest of
 * the minute; but whoever shows a credential that is in force passes, since a whole office may share an address.
 * Counted in this process.
 */
export function createFailureLimit(options: FailureLimitOptions): FailureLimit {
  const { isInForce, limit = LIMIT, clock = () => performance.now() } = options;
  const counts = new Map<string, Count>();
  let quietFrom = 0;

  const limitedUntil = (caller: Caller): number | undefined => {
    if (counts.size === 0) return undefined;
    const now = clock();
    if (quietFrom <= now) return void counts.clear();
    const full = subjectsOf(caller)
      .flatMap((subject) => counts.get(subject) ?? [])
      .filter(({ failed, until }) => failed >= limit && until > now);
    return full.length > 0 ? Math.max(...full.map(({ until }) => until)) : undefined;
  };
  const count = (subject: string): void => {
    const now = clock();
    const known = counts.get(subject);
    if (known && known.until > now) return void known.failed++;
    counts.delete(subject);
    const [oldest] = counts.keys();
    if (counts.size >= MAX_CALLERS && oldest !== undefined) counts.delete(oldest);
    quietFrom = now + WINDOW_MS;
    counts.set(subject, { failed: 1, until: quietFrom });
  };
  const tooMany = (until: number) => limited(Math.ceil((until - clock()) / 1_000));

  return {
    async admit(caller, credential) {
      const until = limitedUntil(caller);
      if (until === undefined) return;
      const shown = credential();
      if (shown === undefined || !(await isInForce(shown))) throw tooMany(until);
    },
    refuse(caller, error) {
      if (!isUnknownCaller(error)) return error;
      const until = limitedUntil(caller);
      if (until !== undefined) return tooMany(until);
      subjectsOf(caller).forEach(count);
      return error;
    },
  };
}

/** A source that nobody knows is a caller whom nobody knows. */
function isUnknownCaller(error: unknown): boolean {
  return error instanceof Problem && (error.status === 401 || error.code === 'SOURCE_UNKNOWN');
}

function subjectsOf({ ip, clientId }: Caller): string[] {
  const address = `from ${ip === undefined ? 'nowhere' : networkOf(ip)}`;
  return clientId === undefined ? [address] : [address, `as ${clientId}`];
}

/** Whoever has an address of IPv6 has a /64 of them. */
export function networkOf(ip: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1];
  if (mapped !== undefined || !isIPv6(ip)) return mapped ?? ip;
  const [head = '', tail] = (ip.split('%')[0] ?? '').split('::');
  const groups = head === '' ? [] : head.split(':');
  const last = tail ? tail.split(':') : [];
  const gap = tail === undefined ? 0 : Math.max(0, 8 - groups.length - last.length);
  const all = [...groups, ...Array<string>(gap).fill('0'), ...last];
  return all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}

function limited(retryAfterSeconds: number): Problem {
  return new Problem({
    status: 429,
    code: 'AUTH_FAILURES_LIMITED',
    detail:
      'too many requests from here showed no credential that is in force; correct it, and try again later',
    headers: { 'Retry-After': String(retryAfterSeconds) },
  });
}
