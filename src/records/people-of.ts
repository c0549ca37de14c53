import type pg from 'pg';
import type { Standing } from '../lifecycle/event.js';
import type { SourceRecord } from '../lifecycle/person.js';
import { readFacts, type StoredFacts } from './facts.js';

/** Which of a source's records; those that are left out do not narrow. */
export interface RecordFilter {
  standing?: Standing | undefined;
  /** By the time of their standing, both ends included; a dropped one has none. */
  since?: Date | undefined;
  until?: Date | undefined;
  personIds?: string[] | undefined;
}

/** One transaction each: few enough that nobody waits long for them. */
const CHUNK = 100;

/** Each person's own records are found first and then looked at, whatever is known of how many there are. */
const PAGE = `
SELECT s.record, s.person_id AS "personId", (SELECT count(*) > 1 FROM
    (SELECT source_id FROM standings WHERE person_id = s.person_id OFFSET 0) own WHERE own.source_id = $1) AS several
FROM standings s
WHERE s.source_id = $1 AND s.record > $2 AND ($3::text IS NULL OR s.standing = $3)
  AND ($4::timestamptz IS NULL OR (s.standing IS NOT NULL AND s.standing_at >= $4))
  AND ($5::timestamptz IS NULL OR (s.standing IS NOT NULL AND s.standing_at <= $5))
  AND ($6::uuid[] IS NULL OR s.person_id = ANY ($6))
ORDER BY s.record LIMIT ${CHUNK}`;

interface PageRow {
  record: string;
  personId: string;
  several: boolean;
}

/**
 * The ids of everybody of whom a source has such a record, each once, some at a time; a record that comes while they
 * are walked through may be missing. Remembers nobody but those of whom the source has several records.
 */
export async function* peopleOf(
  pool: pg.Pool,
  sourceId: string,
  filter: RecordFilter = {},
): AsyncGenerator<string[]> {
  const { standing, since, until, personIds } = filter;
  const narrowed = [standing, since, until, personIds].map((value) => value ?? null);
  const met = new Set<string>();
  for (let after = ''; ;) {
    const { rows } = await pool.query<PageRow>(PAGE, [sourceId, after, ...narrowed]);
    const last = rows.at(-1);
    if (!last) return;
    after = last.record;
    const ids = new Set(rows.map((row) => row.personId).filter((id) => !met.has(id)));
    for (const row of rows) if (row.several) met.add(row.personId);
    if (ids.size > 0) yield [...ids];
  }
}

const BESIDE = `
SELECT id FROM people p WHERE id > $2 AND merged_into IS NULL
  AND NOT EXISTS (SELECT FROM (SELECT source_id FROM standings WHERE person_id = p.id OFFSET 0) own WHERE own.source_id = $1)
ORDER BY id LIMIT ${CHUNK}`;

/** The ids of everybody of whom a source has no record, some at a time. */
export async function* peopleBeside(pool: pg.Pool, sourceId: string): AsyncGenerator<string[]> {
  for (let after = NIL; ;) {
    const { rows } = await pool.query<{ id: string }>(BESIDE, [sourceId, after]);
    const last = rows.at(-1);
    if (!last) return;
    after = last.id;
    yield rows.map(({ id }) => id);
  }
}

const NIL = '00000000-0000-0000-0000-000000000000';

interface RecordRow {
  record: string;
  standing: Standing | null;
  standingAt: Date | null;
  sequence: string;
  facts: StoredFacts;
}

/** What a source's records of these people say, read without a lock. */
export async function findRecords(
  pool: pg.Pool,
  sourceId: string,
  personIds: string[],
): Promise<SourceRecord[]> {
  const { rows } = await pool.query<RecordRow>(
    `SELECT record, standing, standing_at AS "standingAt", sequence, facts FROM standings
     WHERE person_id = ANY ($2::uuid[]) AND source_id = $1`,
    [sourceId, personIds],
  );
  return rows.map(({ standingAt, sequence, facts, ...row }) => ({
    ...row,
    sourceId,
    standingAt: standingAt?.getTime() ?? null,
    sequence: Number(sequence),
    facts: readFacts(facts),
  }));
}
