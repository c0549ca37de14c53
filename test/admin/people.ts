import { HostKey } from '../../src/lifecycle/host-key.js';
import { newId } from '../../src/records/id.js';
import type { Door } from './door.js';

export interface Joiner {
  id: string;
  mail: string;
  zoomUserId: string;
  jobId: string;
}

/** A source of either kind, told apart by its name. */
export async function sourceId(door: Door, name: string): Promise<string> {
  const [found] = await door.sql<{ id: string }>(
    'SELECT id FROM sources WHERE name = $1 AND removed_at IS NULL',
    [name],
  );
  if (found) return found.id;
  await door.operations.sources.add('test', { name, kind: name === 'zoom' ? 'zoom' : 'scim' });
  return sourceId(door, name);
}

/** Somebody whom a source and Zoom know, and whose set job is still queued. */
export async function join(door: Door, mail: string, source = 'okta'): Promise<Joiner> {
  const zoomUserId = `z-${newId()}`;
  const about = { subject: mail, occurredAt: new Date(), sequence: 0, mail };
  const created = { ...about, type: 'created' as const, record: newId(), standing: 'active' as const };
  const inZoom = { ...created, record: zoomUserId, zoomStanding: 'active' as const };
  for (const [name, event] of [
    [source, created],
    ['zoom', inZoom],
  ] as const) {
    const intake = { sourceId: await sourceId(door, name), noticeKey: null, body: {}, events: [event] };
    await door.acceptor.accept(intake);
  }
  const [row] = await door.sql('SELECT id, person_id FROM jobs WHERE zoom_user_id = $1', [zoomUserId]);
  return { id: row.person_id, mail, zoomUserId, jobId: row.id };
}

/** The same, once Zoom has taken the key. */
export async function joinWithKey(
  door: Door,
  mail: string,
  digits: string,
  source = 'okta',
): Promise<Joiner> {
  const person = await join(door, mail, source);
  await giveKey(door, person, digits, 1);
  await door.sql(`UPDATE jobs SET state = 'done', finished_at = now() WHERE id = $1`, [person.jobId]);
  return person;
}

export async function giveKey(
  door: Door,
  { zoomUserId, jobId }: Joiner,
  digits: string,
  generation: number,
  state = 'active',
): Promise<void> {
  const key = HostKey.parse(digits);
  const sealed = door.keys.seal(key, zoomUserId, generation);
  await door.sql(
    `INSERT INTO host_keys (zoom_user_id, generation, state, sealed, hash, drawn_at, set_at, replaced_at)
     VALUES ($1, $2, $3, $4, $5, now(), now(), CASE WHEN $3 = 'previous' THEN now() END)`,
    [zoomUserId, generation, state, sealed, door.keys.hash(key, zoomUserId)],
  );
  await door.sql('UPDATE zoom_users SET generation = greatest(generation, $2) WHERE id = $1', [
    zoomUserId,
    generation,
  ]);
  if (state !== 'pending') return;
  // Sent, and not answered yet.
  await door.sql(
    `INSERT INTO attempts (job_id, number, zoom_user_id, generation, value_hash, lease_token, started_at, lease_until)
     VALUES ($1, $2, $3, $2, 'test:00', gen_random_uuid(), now(), now() + interval '15 seconds')`,
    [jobId, generation, zoomUserId],
  );
}

export async function fail(door: Door, { jobId }: Joiner, code = 'ZOOM_REFUSED'): Promise<void> {
  await door.sql(`UPDATE jobs SET state = 'failed', code = $2, finished_at = now() WHERE id = $1`, [
    jobId,
    code,
  ]);
}
