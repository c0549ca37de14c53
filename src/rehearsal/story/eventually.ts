import { setTimeout as pause } from 'node:timers/promises';

/** Something is not as it should be, or not yet. */
export class NotYet extends Error {
  override readonly name = 'NotYet';
}

export function must(condition: boolean, otherwise: string): asserts condition {
  if (!condition) throw new NotYet(otherwise);
}

export const PATIENCE_MS = 20_000;
const GAP_MS = 25;

/** Looks until nothing is missing any more. What was missing last is the error; any other error ends the wait. */
export async function eventually<T>(look: () => Promise<T> | T, patienceMs = PATIENCE_MS): Promise<T> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    try {
      return await look();
    } catch (error) {
      if (!(error instanceof NotYet)) throw error;
      if (performance.now() > deadline) {
        throw new Error(`${error.message}, still after ${Math.round(patienceMs / 1_000)} s`, {
          cause: error,
        });
      }
      await pause(GAP_MS);
    }
  }
}
