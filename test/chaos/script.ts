import { createChance, type Chance } from './chance.js';
import { createMember, type Member } from './member.js';
import { nextScene } from './scenes.js';
import type { Step } from './step.js';
import { troubles } from './troubles.js';

export interface Script {
  steps: Step[];
  /** Everybody as they are when all is said. */
  cast: Member[];
}

export interface ScriptOptions {
  seed: number;
  lengthMs: number;
  people: number;
  kills: number;
  redis: boolean;
}

/** On average so long from one thing said to the next. */
const PAUSE_MS = 160;

/** All that happens, to whom, and in which order: the same for the same seed. */
export function writeScript({ seed, lengthMs, people, kills, redis }: ScriptOptions): Script {
  const chance = createChance(seed);
  const cast = Array.from({ length: people }, (_, number) => createMember(number));
  const steps = troubles(chance, { lengthMs, kills, redis, people });
  for (let atMs = 0; atMs < lengthMs; atMs += pause(chance)) {
    steps.push(...nextScene(chance, cast).map((step) => ({ ...step, atMs: atMs + (step.afterMs ?? 0) })));
  }
  steps.push(...endings(cast, lengthMs));
  return { steps: steps.sort((a, b) => a.atMs - b.atMs), cast };
}

function pause(chance: Chance): number {
  return -Math.log(1 - chance.next()) * PAUSE_MS;
}

/** Meetings end. Nobody else's fate is mended: whoever is inactive or pending remains so. */
function endings(cast: Member[], lengthMs: number): Step[] {
  const running = cast.filter((member) => member.inMeeting);
  return running.map(({ mail }) => ({ atMs: lengthMs + 1_000, what: 'meeting-ends', mail }));
}
