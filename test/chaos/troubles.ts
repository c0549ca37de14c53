import type { Chance } from './chance.js';
import { COVERED_LATE_MS, OUTAGE_MS } from './settings.js';
import type { Fault, Step, Trouble } from './step.js';

interface Extent {
  lengthMs: number;
  kills: number;
  redis: boolean;
  people: number;
}

/** What goes wrong, and when: kills all along, every fault of Zoom's several times, stores emptied and restarted, an outage. */
export function troubles(chance: Chance, { lengthMs, kills, redis, people }: Extent): Step[] {
  const steps: Step[] = [];
  const spread = (count: number, make: () => Trouble) => {
    const distance = lengthMs / count;
    for (let index = 0; index < count; index++)
      steps.push({ atMs: (index + chance.next()) * distance, ...make() });
  };
  const rounds = Math.max(1, Math.round(lengthMs / 30_000));
  spread(kills, () => ({
    what: 'kill',
    which: chance.between(0, 3),
    downMs: chance.percent(80) ? chance.between(0, 300) : chance.between(1_000, 4_000),
  }));
  for (const make of faults(chance, people)) spread(rounds, () => ({ what: 'fault', ...make() }));
  spread(2, () => ({ what: 'postgres-restart', downMs: chance.between(0, 2_000) }));
  if (redis) {
    spread(3, () => ({ what: 'redis-empty' }));
    spread(2, () => ({ what: 'redis-kill', downMs: chance.between(0, 3_000) }));
  }
  const latest = Math.max(0, lengthMs - OUTAGE_MS);
  steps.push({ atMs: latest * (0.2 + 0.6 * chance.next()), what: 'outage', forMs: OUTAGE_MS });
  return steps;
}

function faults(chance: Chance, people: number): (() => Fault)[] {
  const about = () => chance.between(0, people - 1);
  return [
    () => ({
      fault: 'fail-next',
      count: chance.between(1, 5),
      how: chance.pick([500, 502, 'reset', 'silence'] as const),
    }),
    () => ({ fault: 'fail-for', about: about(), forMs: chance.between(1_000, 10_000) }),
    () => ({ fault: 'slow', count: chance.between(1, 10), ms: chance.between(50, 1_500) }),
    () => ({ fault: 'apply-then-drop', count: chance.between(1, 4) }),
    () => ({
      fault: 'apply-late',
      count: chance.between(1, 3),
      ms: chance.between(100, COVERED_LATE_MS),
      caller: chance.pick(['drop', 'hold'] as const),
    }),
    () => ({ fault: 'expire-token' }),
    () => ({ fault: 'fail-token', count: chance.between(1, 3) }),
    () => ({ fault: 'limit-account', count: chance.between(1, 3) }),
    () => ({ fault: 'limit-user', about: about(), count: chance.between(1, 3) }),
    () => ({ fault: 'refuse-weak-keys', on: chance.percent(50) }),
  ];
}
