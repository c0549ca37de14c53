import type { Core } from '../../src/assemble/core.js';
import { decide } from '../../src/lifecycle/decide.js';
import { HostKey } from '../../src/lifecycle/host-key.js';
import type { Person, ZoomUser } from '../../src/lifecycle/person.js';
import { heldKey, newest } from '../../src/lifecycle/wanted.js';
import type { RehearsalZoom } from '../../src/rehearsal/zoom.js';
import { transaction } from '../../src/records/database.js';
import { findSealed } from '../../src/records/jobs.js';
import { holdPeople } from '../../src/records/people.js';

export interface Resting {
  core: Pick<Core, 'database' | 'keys'>;
  zoom: Pick<RehearsalZoom, 'users'>;
}

/** What is still going on, one line each. */
export async function busy({ database }: Resting['core']): Promise<string[]> {
  const { rows } = await database.pool.query<{ line: string }>(
    `SELECT concat_ws(' ', 'job', id, action, state, code, attempts, next_attempt_at) AS line FROM jobs
     WHERE finished_at IS NULL AND state <> 'waiting'
     UNION ALL SELECT concat_ws(' ', 'attempt', job_id, number, outcome, started_at) FROM attempts
     WHERE ended_at IS NULL OR (value_hash IS NOT NULL AND answered_at IS NULL AND settled_at IS NULL AND NOT EXISTS
       (SELECT FROM jobs WHERE zoom_user_id = attempts.zoom_user_id AND finished_at IS NULL))`,
  );
  return rows.map((row) => row.line);
}

/** Who has not what they should have, one line each; jobs under way, failed and contested ones aside. */
export async function wrongs({ core, zoom }: Resting): Promise<string[]> {
  const { rows } = await core.database.pool.query<{ id: string }>(
    `SELECT id FROM people WHERE coalesce(
       (SELECT state FROM jobs WHERE person_id = people.id ORDER BY id DESC LIMIT 1) <> 'failed', true)`,
  );
  const whom = { personIds: rows.map((row) => row.id) };
  const held = await transaction(core.database.pool, (client) => holdPeople(client, whom));
  const people = [...held.people.values()];
  const undecided = people.flatMap((person) =>
    decide(person, held.policies).moves.map((move) => `${person.mail}: ${move.move} is still to be decided`),
  );
  const users = people.flatMap((person) => person.zoomUsers.map((user) => ({ person, user })));
  const unlike = await Promise.all(users.map(({ person, user }) => wrongAt(person, user, { core, zoom })));
  return [...undecided, ...unlike.flat()];
}

async function wrongAt(person: Person, user: ZoomUser, { core, zoom }: Resting): Promise<string[]> {
  const who = `${person.mail} at ${user.id}`;
  if (person.jobs.some((job) => job.zoomUserId === user.id)) return [];
  if (person.contestedAt && heldKey(user)) return [];
  const unsettled = user.keys.filter((key) => key.state === 'pending' || key.state === 'clearing');
  const wrong = unsettled.map((key) => `${who}: generation ${key.generation} is still ${key.state}`);
  const inZoom = zoom.users.hostKeyOf(user.id);
  const active = newest(user, 'active');
  if (inZoom === undefined) return active ? [...wrong, `${who}: a key of ours, and no user`] : wrong;
  if (active) {
    const ours = await openKey(core, user.id, active.generation);
    return ours === inZoom ? wrong : [...wrong, `${who}: our key is ${ours}, Zoom's is ${inZoom}`];
  }
  const left = await isAnOldKey(core, user.id, inZoom);
  return left ? [...wrong, `${who}: Zoom's key is ${inZoom}, one that we had set there`] : wrong;
}

async function openKey({ database, keys }: Resting['core'], zoomUserId: string, generation: number) {
  const sealed = await findSealed(database.pool, zoomUserId, generation);
  return sealed === null ? null : (keys.open(sealed, zoomUserId, generation)?.reveal() ?? null);
}

/** What we cleared with, what Zoom drew, and what somebody set by hand since is nobody's of ours. */
async function isAnOldKey({ database, keys }: Resting['core'], zoomUserId: string, digits: string) {
  const hashes = keys.hashes(HostKey.parse(digits), zoomUserId);
  const where = { zoomUserId, generation: { not: null }, valueHash: { in: hashes } };
  return (await database.prisma.attempt.count({ where })) > 0;
}
