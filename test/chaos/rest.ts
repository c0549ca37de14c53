import { busy } from '../harness/resting.js';
import { waitFor } from '../harness/wait-for.js';
import type { Stage } from './stage.js';

/** Long enough for whoever Zoom puts off until its next day, on the scaled clock. */
const PATIENCE_MS = 180_000;

/** What a hand had to do again, until it is plain that it does not help. */
const ROUNDS = 5;

/**
 * Nothing goes wrong any more, and what only a hand can do is done: notices that Zoom gave up on are sent again, jobs
 * that failed are run again. Then nothing is left to do; otherwise what is, one line each.
 */
export async function comeToRest(stage: Stage): Promise<string[]> {
  const { core, zoom, crew } = stage;
  zoom.faults.clear();
  zoom.settings.refuseWeakKeys = false;
  await crew.allUp();
  const isAtRest = async () => zoom.deliveries.every(isOver) && (await busy(core)).length === 0;
  for (let round = 0; round < ROUNDS; round++) {
    const lines = await waitFor('rest', isAtRest, PATIENCE_MS).then(
      () => [],
      () => busy(core),
    );
    if (lines.length > 0) return lines;
    if (!(await lendAHand(stage))) return [];
  }
  return [`jobs fail, or notices are not taken, ${ROUNDS} times over`];
}

/** False when there was nothing to do. */
async function lendAHand({ zoom, operations }: Stage): Promise<boolean> {
  const lost = lostForGood(zoom.deliveries);
  for (const delivery of lost) zoom.redeliver(delivery);
  const { jobs } = await operations.jobs.rerun('chaos', { allFailed: true });
  return lost.length > 0 || jobs.some(({ outcome }) => outcome === 'queued');
}

type Delivery = Stage['zoom']['deliveries'][number];

function isOver({ state }: Delivery): boolean {
  return state !== 'sending' && state !== 'retrying';
}

function lostForGood(deliveries: readonly Delivery[]): Delivery[] {
  const delivered = new Set(deliveries.filter(({ state }) => state === 'delivered').map(({ body }) => body));
  return deliveries.filter(({ state, body }) => state !== 'delivered' && !delivered.has(body));
}
