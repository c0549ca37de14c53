/** How the rows of one kind of change are written; `Name` is one of PARTS. */
export interface Part<Name = string> {
  table: string;
  columns: string;
  /** What identifies a row that may already be there, and the columns then written; without it: insert only. */
  key?: string;
  update?: string;
  /** Parts that must have run first, since a unique index covers both. */
  after?: readonly Name[];
  /** Instead of an insert. */
  sql?: (rows: string) => string;
}

const JOB_COLUMNS =
  'id, person_id, zoom_user_id, state, code, attempts, strikes, next_attempt_at, told_at, alerted_at, finished_at';

/** What a row does not say of attempts, strikes and when stays as it is. */
function updateJobs(rows: string): string {
  return `UPDATE jobs SET state = x.state, code = CASE WHEN x.state = 'running' THEN jobs.code ELSE x.code END, person_id = x.person_id, zoom_user_id = x.zoom_user_id,
      attempts = coalesce(x.attempts, jobs.attempts), strikes = coalesce(x.strikes, jobs.strikes),
      next_attempt_at = coalesce(x.next_attempt_at, jobs.next_attempt_at),
      told_at = CASE WHEN x.next_attempt_at IS NULL THEN jobs.told_at ELSE x.told_at END,
      alerted_at = coalesce(x.alerted_at, jobs.alerted_at), finished_at = x.finished_at
      FROM ${rows} x WHERE jobs.id = x.id`;
}

/** Every kind of change a transaction writes, and how. One statement carries all that a transaction needs. */
export const PARTS = {
  agedNotices: {
    table: 'notices',
    columns: 'id',
    sql: (rows) =>
      `UPDATE notices SET key = notices.key || '#' || notices.id FROM ${rows} x WHERE notices.id = x.id`,
  },
  notices: {
    table: 'notices',
    columns: 'id, source_id, key, by_hash, body, received_at',
    after: ['agedNotices'],
  },
  events: {
    table: 'events',
    columns:
      'id, notice_id, source_id, person_id, type, outcome, reason, record, subject, occurred_at, received_at',
  },
  people: {
    table: 'people',
    columns:
      'id, name, mail, merged_into, contested_at, exposed_at, transferred_at, transfer_asked, cancelled_at, created_at',
    key: 'id',
    update: 'name, mail, merged_into, contested_at, exposed_at, transferred_at, transfer_asked, cancelled_at',
  },
  links: {
    table: 'links',
    columns: 'kind, value, person_id, claimed_at',
    key: 'kind, value',
    update: 'person_id, claimed_at',
  },
  standings: {
    table: 'standings',
    columns: 'source_id, record, person_id, standing, standing_at, sequence, facts',
    key: 'source_id, record',
    update: 'person_id, standing, standing_at, sequence, facts',
  },
  zoomUsers: {
    table: 'zoom_users',
    columns:
      'id, person_id, mail, standing, standing_at, generation, renew_after, lease_token, lease_until, created_at',
    key: 'id',
    update: 'person_id, mail, standing, standing_at, generation, renew_after, lease_token, lease_until',
  },
  keyStates: {
    table: 'host_keys',
    columns: 'zoom_user_id, generation, state, set_at, replaced_at, destroyed_at',
    sql: (rows) => `UPDATE host_keys SET state = x.state, set_at = coalesce(x.set_at, host_keys.set_at),
      replaced_at = coalesce(x.replaced_at, host_keys.replaced_at), destroyed_at = x.destroyed_at,
      sealed = CASE WHEN x.state = 'destroyed' THEN NULL ELSE host_keys.sealed END,
      hash = CASE WHEN x.state = 'destroyed' THEN NULL ELSE host_keys.hash END
      FROM ${rows} x WHERE host_keys.zoom_user_id = x.zoom_user_id AND host_keys.generation = x.generation`,
  },
  hostKeys: {
    table: 'host_keys',
    columns: 'zoom_user_id, generation, state, sealed, hash, drawn_at',
    after: ['zoomUsers'],
  },
  /** What had ended before two people were found to be one is told of who they are. */
  mergedJobs: {
    table: 'people',
    columns: 'id, merged_into',
    sql: (rows) =>
      `UPDATE jobs SET person_id = x.merged_into FROM ${rows} x WHERE jobs.person_id = x.id AND jobs.finished_at IS NOT NULL`,
  },
  /** Jobs that end, which makes room for those that are given their Zoom user. */
  jobEnds: { table: 'jobs', columns: JOB_COLUMNS, sql: updateJobs },
  jobStates: { table: 'jobs', columns: JOB_COLUMNS, after: ['jobEnds'], sql: updateJobs },
  jobs: {
    table: 'jobs',
    columns:
      'id, person_id, zoom_user_id, action, state, code, reason, priority, source_id, event_id, attempts, strikes, next_attempt_at, told_at, created_at, finished_at',
    after: ['jobEnds', 'jobStates'],
  },
  scimCreated: {
    table: 'scim_resources',
    columns: 'source_id, id, type, name_key, external_id, active, resource, version, created_at, updated_at',
  },
  scimReplaced: {
    table: 'scim_resources',
    columns: 'source_id, id, name_key, external_id, active, resource, version, updated_at',
    sql: (
      rows,
    ) => `UPDATE scim_resources r SET name_key = x.name_key, external_id = x.external_id, active = x.active,
      resource = x.resource, version = x.version, updated_at = x.updated_at FROM ${rows} x WHERE r.source_id = x.source_id AND r.id = x.id`,
  },
  scimDeleted: {
    table: 'scim_resources',
    columns: 'source_id, id',
    sql: (rows) =>
      `DELETE FROM scim_resources r USING ${rows} x WHERE r.source_id = x.source_id AND r.id = x.id`,
  },
  /** Groups that lose a member who is deleted: held before, in order. */
  scimTouched: {
    table: 'scim_resources',
    columns: 'source_id, id, updated_at',
    sql: (rows) => `UPDATE scim_resources r SET version = r.version + 1, updated_at = x.updated_at
      FROM ${rows} x WHERE r.source_id = x.source_id AND r.id = x.id`,
  },
  attempts: {
    table: 'attempts',
    columns: 'job_id, number, zoom_user_id, generation, value_hash, lease_token, started_at, lease_until',
  },
  attemptEnds: {
    table: 'attempts',
    columns: 'job_id, number, answered_at, ended_at, outcome, code, status, tracking_id',
    sql: (
      rows,
    ) => `UPDATE attempts SET answered_at = x.answered_at, ended_at = x.ended_at, outcome = x.outcome, code = x.code,
      status = x.status, tracking_id = x.tracking_id FROM ${rows} x WHERE attempts.job_id = x.job_id AND attempts.number = x.number`,
  },
  /** What can no longer arrive before an answered write: its `started_at` is the latest that is settled. */
  settledAttempts: {
    table: 'attempts',
    columns: 'zoom_user_id, started_at, settled_at',
    sql: (
      rows,
    ) => `UPDATE attempts SET settled_at = x.settled_at FROM ${rows} x WHERE attempts.zoom_user_id = x.zoom_user_id
      AND attempts.started_at <= x.started_at AND attempts.value_hash IS NOT NULL AND attempts.answered_at IS NULL AND attempts.settled_at IS NULL`,
  },
  audit: { table: 'audit', columns: 'id, at, actor, action, person_id, subject, detail' },
} as const satisfies Record<string, Part>;

export type PartName = keyof typeof PARTS;
