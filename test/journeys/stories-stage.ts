import { openDirectory, type Directory } from '../harness/directory.js';
import { addSource } from '../harness/people.js';
import { startCore, type TestCore } from '../harness/service.js';
import { startRehearsalZoom } from '../../src/rehearsal/zoom.js';

/** One service for many stories at once, each with people of its own. */
export interface Stage extends Pick<TestCore, 'core' | 'zoom' | 'logged'> {
  sources: Record<'okta' | 'payroll' | 'zoom', string>;
  /** A record of okta's joins or leaves the group whose members get keys; null: everybody gets one. */
  group: ((does: 'join' | 'leave', record: string) => Promise<void>) | null;
  close(): Promise<void>;
}

/** An hour is a minute, but a slow machine still gets its answers in time. */
const CLOCK_SPEED = 60;
const DURATIONS = { leaseMs: 6_000, zoomTimeoutMs: 4_000, sweepMs: 250, settleMs: 20, hourMs: 0 };

export async function openStage({ groupsDecide = false } = {}): Promise<Stage> {
  const limits = { light: Infinity, medium: Infinity };
  const zoom = await startRehearsalZoom({ clockSpeed: CLOCK_SPEED, limits });
  const env = {
    CLOCK_SPEED: String(CLOCK_SPEED),
    ZOOM_RATE_LIGHT: '1000',
    ZOOM_RATE_MEDIUM: '1000',
    BRAKE_MINIMUM: '1000000',
  };
  const service = await startCore(env, { zoom, durations: DURATIONS });
  const { core, logged } = service;
  const okta = await openDirectory(core, { name: 'okta', entitledGroups: groupsDecide ? ['Hosts'] : [] });
  const sources = {
    okta: okta.sourceId,
    payroll: await addSource(core, 'scim', 'payroll'),
    zoom: await addSource(core, 'zoom'),
  };
  const close = async () => {
    await service.close();
    await zoom.close();
  };
  return { core, zoom, logged, sources, group: groupsDecide ? await openGroup(core, okta) : null, close };
}

async function openGroup({ database }: Stage['core'], okta: Directory): Promise<NonNullable<Stage['group']>> {
  const hosts = await okta.group('Hosts');
  return async (does, id) => {
    // Members are resources; what is told of them is told in the events of a story.
    await database.pool.query(
      `INSERT INTO scim_resources (source_id, id, type, name_key, active, resource, created_at, updated_at)
       VALUES ($1, $2, 'User', gen_random_uuid()::text, true, '{}', now(), now()) ON CONFLICT DO NOTHING`,
      [okta.sourceId, id],
    );
    const member = { id, mail: id };
    const done = await (does === 'join' ? okta.join(hosts, member) : okta.quit(hosts, member));
    if (done.outcome !== 'kept') throw new Error(`not kept: ${done.outcome}`);
  };
}
