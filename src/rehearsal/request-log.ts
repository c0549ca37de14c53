import { randomUUID } from 'node:crypto';
import type { Label } from './options.js';

/** `monotonicMs` (performance clock) measures distances; `wallMs` compares with other processes. */
export interface Instant {
  monotonicMs: number;
  wallMs: number;
}

export interface LoggedRequest {
  arrivedAt: Instant;
  method: string;
  /** As it came, with the query. */
  path: string;
  trackingId: string;
  label?: Label;
  /** The Zoom user's id, or what the path said when there is no such user. */
  userId?: string;
  hostKey?: string;
  /** Absent while, and when, nothing was answered. */
  status?: number;
  /** Whether the host key sent took effect in Zoom, whatever the caller was told. */
  applied: boolean;
  appliedAt?: Instant;
}

/** The oracle of tests: what really arrived, in order of arrival, and what came of it. Grows until cleared. */
export interface RequestLog {
  readonly requests: readonly Readonly<LoggedRequest>[];
  of(userId: string): Readonly<LoggedRequest>[];
  clear(): void;
}

export interface WritableRequestLog extends RequestLog {
  add(request: { method: string; path: string }): LoggedRequest;
}

export function now(): Instant {
  return { monotonicMs: performance.now(), wallMs: Date.now() };
}

export function createRequestLog(): WritableRequestLog {
  const requests: LoggedRequest[] = [];
  return {
    requests,
    of: (userId) => requests.filter((request) => request.userId === userId),
    clear() {
      requests.length = 0;
    },
    add({ method, path }) {
      const trackingId = `v=2.0;clid=aw1;rid=WEB_${randomUUID().replaceAll('-', '')}`;
      const entry: LoggedRequest = { arrivedAt: now(), method, path, trackingId, applied: false };
      requests.push(entry);
      return entry;
    },
  };
}
