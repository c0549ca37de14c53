import type { Then } from '../zoom/failure.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** The longest wait before each further try; with full jitter eight tries take about six hours. */
const CEILINGS_MS = [MINUTE, 4 * MINUTE, 16 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 4 * HOUR + 20 * MINUTE];

/** What came of an attempt, reduced to what the policy looks at. */
export interface Trouble {
  then: Then;
  code: string;
  /** When `then` is `rate`: how long Zoom wants us to wait. */
  delayMs?: number;
}

export interface RetryFacts {
  action: 'set' | 'clear' | 'look';
  /** Attempts that counted, this one not included. */
  strikes: number;
  /** Some attempt at this generation may have been applied. */
  mayBeApplied: boolean;
  /** Values of this job that Zoom refused, this one included. */
  refusedValues: number;
  clockSpeed: number;
  /** From 0 (included) to 1 (excluded). */
  random: () => number;
}

export type NextStep =
  | { state: 'retrying' | 'waiting'; delayMs: number; strikes: number; alert: boolean }
  | { state: 'failed'; strikes: number };

/**
 * What to do after an attempt that did not end in success (promise 10). A limit is no attempt; what a person must
 * repair fails at once; clears, and keys that may be applied, go on hourly and alert.
 */
export function nextStep(trouble: Trouble, facts: RetryFacts): NextStep {
  const { strikes, clockSpeed } = facts;
  const endless = facts.action === 'clear' || facts.mayBeApplied;
  const hourly = (state: 'retrying' | 'waiting', alert: boolean): NextStep => ({
    state,
    delayMs: HOUR / clockSpeed,
    strikes: strikes + 1,
    alert,
  });
  const noMore: NextStep = endless ? hourly('retrying', true) : { state: 'failed', strikes: strikes + 1 };
  switch (trouble.then) {
    case 'rate':
      return { state: 'retrying', delayMs: (trouble.delayMs ?? SECOND) / clockSpeed, strikes, alert: false };
    case 'pause':
      return { state: 'retrying', delayMs: MINUTE / clockSpeed, strikes, alert: false };
    case 'wait':
      // Nobody's failure: it may go on for ever, and the tries that count are all still to come.
      return { ...hourly('waiting', endless), strikes };
    case 'refused-value':
      if (facts.refusedValues <= 1)
        return { state: 'retrying', delayMs: 0, strikes: strikes + 1, alert: false };
      return noMore;
    case 'stop':
    case 'gone':
      return noMore;
    case 'retry':
      return afterTransient(facts, noMore);
  }
}

function afterTransient({ strikes, clockSpeed, random }: RetryFacts, last: NextStep): NextStep {
  const ceiling = CEILINGS_MS[strikes];
  if (ceiling === undefined) return last;
  return {
    state: 'retrying',
    delayMs: (random() * ceiling) / clockSpeed,
    strikes: strikes + 1,
    alert: false,
  };
}
