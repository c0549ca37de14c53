import type pg from 'pg';
import type { Log } from '../log.js';

/** Of sources that speak: their name, and when they last did. */
export interface SourceNews {
  /** A notice was kept. Nobody waits for it to be noted, and a failure only makes what is noted older. */
  heard(sourceId: string): void;
  /** Something of its is decided, whenever it spoke: its name is to be known. */
  spokenOf(sourceId: string): void;
  /** Undefined while it is not known yet. */
  nameOf(sourceId: string): string | undefined;
}

/** A source's row is written this often at most: what is noted is older than the truth by as much. */
const EVERY_MS = 10_000;
const NOTE = `UPDATE sources SET last_notice_at = clock_timestamp() WHERE id = $1 RETURNING name`;
const NAME = 'SELECT name FROM sources WHERE id = $1';

export function createSourceNews({ pool, log }: { pool: pg.Pool; log: Pick<Log, 'warn'> }): SourceNews {
  const names = new Map<string, string>();
  const notedAt = new Map<string, number>();

  const learn = async (name: string, text: string, sourceId: string) => {
    try {
      const { rows } = await pool.query<{ name: string }>({ name, text, values: [sourceId] });
      if (rows[0]) names.set(sourceId, rows[0].name);
    } catch (error) {
      log.warn({ err: error }, 'notice of a source not noted');
    }
  };
  return {
    heard(sourceId) {
      const now = performance.now();
      if (now - (notedAt.get(sourceId) ?? -Infinity) < EVERY_MS) return;
      notedAt.set(sourceId, now);
      void learn('note-notice', NOTE, sourceId);
    },
    spokenOf(sourceId) {
      if (!names.has(sourceId)) void learn('name-source', NAME, sourceId);
    },
    nameOf: (sourceId) => names.get(sourceId),
  };
}
