import { attempt } from './attempts.js';
import type { Cast, Joiner } from './cast.js';
import type { TestCore } from './service.js';

/** What Zoom says of everybody whom the app's owner has no right to change, and of its own owner alone. */
export const NO_PERMISSION = { status: 400, body: { code: 200, message: 'No permission.' } };
export const NO_PERMISSION_CODE = 'ZOOM_ROLE_MISSING';

/** Answers that look as if everybody would get them, and the pauses that come of them. */
export interface Refusals {
  /** Somebody whose next calls are refused. */
  joiner(): Promise<Joiner>;
  /** Somebody whose call has just been refused. */
  refused(): Promise<Joiner>;
  /** What is paused now. */
  pauses(): Promise<string[]>;
  /** How often somebody was told of a pause. */
  alerts(): number;
  /** A minute passes for every pause. */
  passMinute(): Promise<void>;
  /** As if there had been none. */
  forget(): Promise<void>;
}

export function openRefusals(service: TestCore, cast: Cast): Refusals {
  const { pool, prisma } = service.core.database;
  const refusals: Refusals = {
    async joiner() {
      const one = await cast.joiner();
      service.zoom.faults.failFor(one.user.id, NO_PERMISSION);
      return one;
    },
    async refused() {
      const one = await refusals.joiner();
      await attempt(service, one.job.id);
      return one;
    },
    async pauses() {
      const rows = await prisma.pause.findMany({ where: { liftedAt: null } });
      return [...new Set(rows.map(({ call, code }) => `${call} ${code}`))];
    },
    alerts: () => service.logged().split('"alert":"QUEUE_PAUSED"').length - 1,
    async passMinute() {
      await pool.query(
        `UPDATE pauses SET next_probe_at = next_probe_at - $1::interval, next_retry_at = next_retry_at - $1::interval`,
        [`${service.run.durations.probeMs} milliseconds`],
      );
    },
    async forget() {
      service.zoom.faults.clear();
      await pool.query('DELETE FROM pauses');
    },
  };
  return refusals;
}
