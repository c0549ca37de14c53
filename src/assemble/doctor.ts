import type { DoctorParts } from '../admin/doctor.js';
import type { Config } from '../config.js';
import { readClockSkew } from '../records/clock.js';
import { findEnding } from '../records/credentials.js';
import { countUnreadable } from '../records/unreadable.js';
import { probeZoom } from '../zoom/probe.js';
import type { Core } from './core.js';
import { openZoom } from './zoom.js';

/** Each look opens what it needs and closes it: one that fails says nothing of the others. */
export function doctorParts({
  config,
  open,
}: {
  config: () => Config;
  open: () => Promise<Core>;
}): DoctorParts {
  const withCore = async <T>(look: (core: Core) => Promise<T>): Promise<T> => {
    const core = await open();
    try {
      return await look(core);
    } finally {
      await core.close();
    }
  };
  return {
    config,
    database: () => withCore(async ({ database }) => ({ clockSkewMs: await readClockSkew(database.pool) })),
    queue: () => withCore(({ queue }) => queue.outstanding()),
    keys: () =>
      withCore(async ({ database, ring }) => {
        const unreadable = await countUnreadable(database.pool, ring.ids);
        return [...unreadable.values()].reduce((sum, count) => sum + count, 0);
      }),
    credentials: () => withCore(({ database }) => findEnding(database.pool)),
    zoom: () =>
      withCore(async (core) => {
        const zoom = openZoom(core);
        try {
          return await probeZoom(zoom, { priority: 'interactive' });
        } finally {
          zoom.close();
        }
      }),
  };
}
