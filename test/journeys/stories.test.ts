import { afterAll, beforeAll, test } from '@jest/globals';
import fc from 'fast-check';
import { play } from './stories-play.js';
import { openStage, type Stage } from './stories-stage.js';
import { story, type Step } from './stories-steps.js';
import { inWords } from './stories-words.js';

/** STORY_RUNS chooses how many; STORY_SEED and STORY_PATH, as a failure prints them, play one again. */
const runs = Number(process.env['STORY_RUNS'] ?? 100);
const seed = Number(process.env['STORY_SEED'] ?? Date.now() % 1_000_000_000);
const path = process.env['STORY_PATH'];
const LANES = path === undefined ? 4 : 1;

let plain: Stage;
let grouped: Stage;
beforeAll(async () => {
  plain = await openStage();
  grouped = await openStage({ groupsDecide: true });
});
afterAll(async () => {
  await plain.close();
  await grouped.close();
});

const stageOf = (steps: Step[]) => (steps.some(({ step }) => step === 'group') ? grouped : plain);

const told = story.map((steps) => Object.assign(steps, { [fc.toStringMethod]: () => inWords(steps) }));

test(
  'whatever happens to people, in whatever order and however often it is told, everybody ends as the rules say',
  async () => {
    const lanes = Array.from({ length: LANES }, (_, lane) => lane);
    const property = fc.asyncProperty(told, (steps) => play(steps, stageOf(steps)));
    const assertions = lanes.map((lane) =>
      fc.assert(property, {
        numRuns: Math.ceil(runs / LANES),
        seed: seed + lane,
        // A failure is shrunk for as long as there is time to tell it.
        interruptAfterTimeLimit: 40_000 + runs * 900,
        markInterruptAsFailure: true,
        ...(path !== undefined && { path, endOnFailure: true }),
      }),
    );
    const failed = (await Promise.allSettled(assertions)).find((one) => one.status === 'rejected');
    if (failed) throw failed.reason;
  },
  60_000 + runs * 1_000,
);
