import type { Accepted } from '../../src/jobs/intake.js';
import type { ReadEvent } from '../../src/lifecycle/event.js';
import type { HostKeyRow, Job } from '../../src/records/generated/client.js';
import type { RehearsalZoom } from '../../src/rehearsal/zoom.js';
import { attempt, onlyJob } from './attempts.js';
import { addSource, intakeOf, joined, told, zoomSaid } from './people.js';
import { startCore, type TestCore } from './service.js';

type ZoomUser = ReturnType<RehearsalZoom['users']['add']>;

export interface Joiner {
  user: ZoomUser;
  /** The set that is to be done. */
  job: Job;
}

/** People for tests that take every step by hand, and the two sources that speak of them. */
export interface Cast {
  say(...events: ReadEvent[]): Promise<Accepted>;
  zoomSays(...events: ReadEvent[]): Promise<Accepted>;
  newMail(): string;
  /** Whose Zoom user we have yet to find. */
  stranger(status?: 'active' | 'inactive' | 'pending'): Promise<Joiner>;
  /** Whose Zoom user we know. */
  joiner(): Promise<Joiner>;
  /** So many, told at once; where workers work, their jobs may be done by then. */
  crowd(count: number): Promise<ZoomUser[]>;
  /** With a key of ours in Zoom. */
  holder(): Promise<ZoomUser>;
  /** Does what is to be done about somebody. */
  work(mail: string): Promise<Job>;
  /** A reason to renew. */
  transfer(mail: string): Promise<void>;
  /** What arrived at Zoom about a user. */
  patches(userId: string): ReturnType<RehearsalZoom['log']['of']>;
  keys(userId: string): Promise<HostKeyRow[]>;
}

export async function openCast(service: TestCore): Promise<Cast> {
  const { core, zoom } = service;
  const sourceId = await addSource(core, 'scim');
  const zoomSourceId = await addSource(core, 'zoom');
  let mails = 0;
  let departments = 0;
  const cast: Cast = {
    say: (...events) => core.acceptor.accept(intakeOf(sourceId, ...events)),
    zoomSays: (...events) => core.acceptor.accept(intakeOf(zoomSourceId, ...events)),
    newMail: () => `person${++mails}@example.com`,
    async stranger(status = 'active') {
      const user = zoom.users.add({ email: cast.newMail(), status });
      await cast.say(joined(user.email));
      return { user, job: await onlyJob(service, user.email) };
    },
    async joiner() {
      const { user } = await cast.stranger();
      await cast.zoomSays(zoomSaid(user, 'active'));
      return { user, job: await onlyJob(service, user.email) };
    },
    async crowd(count) {
      const users = Array.from({ length: count }, () => zoom.users.add({ email: cast.newMail() }));
      await Promise.all(users.map((user) => cast.say(joined(user.email))));
      return users;
    },
    async holder() {
      const { user, job } = await cast.joiner();
      await attempt(service, job.id);
      return user;
    },
    work: async (mail) => attempt(service, (await onlyJob(service, mail)).id),
    async transfer(mail) {
      for (const department of [`from ${++departments}`, `to ${departments}`])
        await cast.say(told(mail, { attributes: { department } }));
    },
    patches: (userId) => zoom.log.of(userId).filter((request) => request.method === 'PATCH'),
    keys: (zoomUserId) =>
      core.database.prisma.hostKeyRow.findMany({ where: { zoomUserId }, orderBy: { generation: 'asc' } }),
  };
  return cast;
}

/** A core worked by hand, and its cast: hours pass ten times as fast, and a test can wait out a lease. */
export async function startByHand(): Promise<{ service: TestCore; cast: Cast }> {
  const durations = { leaseMs: 1_200, zoomTimeoutMs: 500 };
  const service = await startCore({ CLOCK_SPEED: '10' }, { workers: false, durations });
  return { service, cast: await openCast(service) };
}
