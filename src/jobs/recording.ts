import type { Person, ZoomUser } from '../lifecycle/person.js';
import { iso, type Row } from '../records/changes.js';
import type { OpenAttempt } from '../records/jobs.js';
import type { ZoomFailure } from '../zoom/failure.js';
import type { WriteClaim } from './claim.js';
import type { HeldJob } from './held-job.js';

/** An attempt whose outcome is being recorded, under the locks of its person. */
export interface Recording extends HeldJob {
  claim: WriteClaim;
  /** What of this Zoom user is unanswered still, this attempt included. */
  open: OpenAttempt[];
}

export interface Success {
  /** `gone`: there was nobody left to clear. */
  outcome: 'applied' | 'gone';
  trackingId: string | null;
}

export interface Failure {
  outcome: 'failure';
  failure: ZoomFailure;
}

/** The person with that Zoom user changed and its lease given back. */
export function withUser(person: Person, id: string, change: (user: ZoomUser) => ZoomUser): Person {
  return {
    ...person,
    zoomUsers: person.zoomUsers.map((user) => (user.id === id ? { ...change(user), lease: null } : user)),
  };
}

/** The journal's last word on an attempt. */
export function attemptEnd(
  claim: WriteClaim,
  now: number,
  end: {
    outcome: string;
    answered: boolean;
    trackingId: string | null;
    code?: string;
    status?: number | null;
  },
): Row {
  return {
    job_id: claim.jobId,
    number: claim.number,
    answered_at: end.answered ? iso(now) : null,
    ended_at: iso(now),
    outcome: end.outcome,
    code: end.code ?? null,
    status: end.status ?? null,
    tracking_id: end.trackingId,
  };
}
