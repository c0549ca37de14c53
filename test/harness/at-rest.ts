import { expect } from '@jest/globals';
import { busy, wrongs, type Resting } from './resting.js';
import { waitFor } from './wait-for.js';

export type { Resting };

/** Waits until nothing is left to do but to wait for Zoom: no job unfinished, no attempt running, no re-send owed. */
export async function expectAtRest({ core, zoom }: Resting, timeoutMs = 20_000): Promise<void> {
  await waitFor('everything to be at rest', async () => (await busy(core)).length === 0, timeoutMs).catch(
    async (error: unknown) => {
      throw new Error(`still busy:\n${(await busy(core)).join('\n')}`, { cause: error });
    },
  );
  await expectRight({ core, zoom });
}

/**
 * Everybody has what they should have, jobs under way, failed and contested ones aside: nothing remains to be decided, a key of
 * ours is Zoom's key, and where we cleared, Zoom holds none that we had set.
 */
export async function expectRight(resting: Resting): Promise<void> {
  expect(await wrongs(resting)).toEqual([]);
}
