import type { LinkKind } from '../lifecycle/event.js';
import type { KeyState, Person, ZoomStanding } from '../lifecycle/person.js';
import type { Client } from './database.js';
import { recordKey } from './entitled.js';
import { readFacts, type StoredFacts } from './facts.js';

const LOAD = `
SELECT p.id, p.name, p.mail, p.merged_into, p.contested_at, p.exposed_at, p.transferred_at, p.transfer_asked, p.cancelled_at,
  (SELECT coalesce(json_agg(l), '[]') FROM links l WHERE l.person_id = p.id) AS links,
  (SELECT coalesce(json_agg(s), '[]') FROM standings s WHERE s.person_id = p.id) AS standings,
  (SELECT coalesce(json_agg(json_build_object('user', z,
      'keys', (SELECT coalesce(json_agg(json_build_object('generation', k.generation, 'state', k.state, 'drawn_at', k.drawn_at,
          'set_at', k.set_at, 'hash', k.hash, 'may_be_applied', k.state <> 'pending' OR EXISTS (SELECT FROM attempts a
            WHERE a.zoom_user_id = k.zoom_user_id AND a.generation = k.generation AND a.value_hash IS NOT NULL
              AND a.answered_at IS NULL AND a.settled_at IS NULL))), '[]') FROM host_keys k WHERE k.zoom_user_id = z.id AND k.state <> 'destroyed'),
      'sent', (SELECT coalesce(json_agg(json_build_object('hash', a.value_hash, 'started_at', a.started_at,
          'applied_at', CASE WHEN a.outcome = 'applied' THEN a.answered_at END)), '[]') FROM attempts a
        WHERE a.zoom_user_id = z.id AND a.value_hash IS NOT NULL AND a.started_at > clock_timestamp() - interval '24 hours'))), '[]')
    FROM zoom_users z WHERE z.person_id = p.id) AS zoom_users,
  (SELECT coalesce(json_agg(json_build_object('id', j.id, 'action', j.action, 'state', j.state, 'zoomUserId', j.zoom_user_id,
      'attempts', j.attempts, 'priority', j.priority)), '[]')
    FROM jobs j WHERE j.person_id = p.id AND j.finished_at IS NULL) AS jobs
FROM unnest($1::uuid[]) AS k (id), LATERAL (SELECT * FROM people WHERE id = k.id OFFSET 0) p`;

export interface PersonRow {
  id: string;
  name: string | null;
  mail: string | null;
  merged_into: string | null;
  contested_at: Date | null;
  exposed_at: Date[];
  transferred_at: Date | null;
  transfer_asked: Date | null;
  cancelled_at: Date | null;
  links: { kind: LinkKind; value: string; claimed_at: string }[];
  standings: StandingRow[];
  zoom_users: ZoomUserRow[];
  jobs: Person['jobs'];
}

interface StandingRow {
  source_id: string;
  record: string;
  standing: 'active' | 'gone' | null;
  standing_at: string | null;
  sequence: number;
  facts: StoredFacts;
}

interface ZoomUserRow {
  user: {
    id: string;
    mail: string | null;
    standing: ZoomStanding;
    standing_at: string | null;
    generation: number;
    renew_after: string | null;
    lease_token: string | null;
    lease_until: string | null;
  };
  keys: {
    generation: number;
    state: KeyState;
    drawn_at: string;
    set_at: string | null;
    hash: string | null;
    may_be_applied: boolean;
  }[];
  sent: { hash: string; started_at: string; applied_at: string | null }[];
}

export async function loadPeople(client: Client, ids: string[]): Promise<PersonRow[]> {
  const { rows } = await client.query<PersonRow>({ name: 'load-people', text: LOAD, values: [ids] });
  return rows;
}

/** @param entitled records that are in an entitled group, each by its key (records/entitled.ts) */
export function readPerson(row: PersonRow, entitled: ReadonlySet<string>): Person {
  return {
    id: row.id,
    name: row.name,
    mail: row.mail,
    contestedAt: row.contested_at?.getTime() ?? null,
    exposedAt: row.exposed_at.map((at) => at.getTime()),
    transferredAt: row.transferred_at?.getTime() ?? null,
    transferAsked: row.transfer_asked?.getTime() ?? null,
    cancelledAt: row.cancelled_at?.getTime() ?? null,
    links: row.links.map((link) => ({
      kind: link.kind,
      value: link.value,
      claimedAt: Date.parse(link.claimed_at),
    })),
    records: row.standings.map((standing) => recordOf(standing, entitled)),
    zoomUsers: row.zoom_users.map(zoomUserOf),
    jobs: row.jobs,
  };
}

function recordOf(row: StandingRow, entitled: ReadonlySet<string>): Person['records'][number] {
  const { record, standing, sequence } = row;
  return {
    sourceId: row.source_id,
    record,
    standing,
    standingAt: time(row.standing_at),
    sequence,
    facts: readFacts(row.facts),
    ...(entitled.size > 0 && entitled.has(recordKey(row.source_id, row.record)) && { entitled: true }),
  };
}

function zoomUserOf({ user, keys, sent }: ZoomUserRow): Person['zoomUsers'][number] {
  return {
    id: user.id,
    mail: user.mail,
    standing: user.standing,
    standingAt: time(user.standing_at),
    generation: user.generation,
    renewAfter: time(user.renew_after),
    lease:
      user.lease_token && user.lease_until
        ? { token: user.lease_token, until: Date.parse(user.lease_until) }
        : null,
    keys: keys.map(({ generation, state, drawn_at, set_at, hash, may_be_applied }) => ({
      generation,
      state,
      drawnAt: Date.parse(drawn_at),
      setAt: time(set_at),
      hash,
      mayBeApplied: may_be_applied,
    })),
    sent: sent.map(({ hash, started_at, applied_at }) => ({
      hash,
      startedAt: Date.parse(started_at),
      appliedAt: time(applied_at),
    })),
  };
}

function time(value: string | null): number | null {
  return value === null ? null : Date.parse(value);
}
