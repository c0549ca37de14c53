import fc from 'fast-check';
import type { LifecycleEvent } from '../../src/lifecycle/event.js';
import { at, event, identifier } from './people.js';

/** One thing that a source tells of one of its records. */
export interface Telling {
  source: string;
  record: string;
  minute: number;
  /** Sets apart what two people tell of the same minute. */
  ms?: number;
  sequence?: number;
  says?: 'active' | 'gone' | 'pending' | 'inactive' | undefined;
  mail?: string | undefined;
  oktaId?: string;
  department?: string | undefined;
}

/** What the worker does after an arrival: nothing, begin what is queued, or begin and finish it. */
export type Work = 'rest' | 'begin' | 'finish';
export type Arrival = { telling: Telling; then: Work };

/** The same tellings in some order, some of them more than once. */
export interface Story {
  tellings: Telling[];
  arrivals: Arrival[];
}

export function story(telling: fc.Arbitrary<Telling>, always: Telling[] = []): fc.Arbitrary<Story> {
  const tellings = fc.array(telling, { minLength: 1, maxLength: 9 });
  const picks = fc.array(fc.tuple(fc.nat(30), fc.constantFrom<Work>('rest', 'begin', 'finish')), {
    maxLength: 24,
  });
  return fc.tuple(tellings, picks).map(([some, order]) => inOrder([...always, ...some], order));
}

/** Each telling arrives at least once: those that were not picked, at the end. */
function inOrder(tellings: Telling[], picks: [number, Work][]): Story {
  const picked = picks.map(([pick, then]) => ({
    telling: tellings[pick % tellings.length] as Telling,
    then,
  }));
  const missed = tellings.filter((one) => !picked.some(({ telling }) => telling === one));
  const arrivals = [...picked, ...missed.map((telling) => ({ telling, then: 'rest' as const }))];
  return { tellings, arrivals, [fc.toStringMethod]: () => tell(arrivals) } as Story;
}

export function eventOf(telling: Telling): LifecycleEvent {
  const { source, record, minute, ms = 0, sequence = 0, says, mail, oktaId, department } = telling;
  const standing =
    says && (says === 'active' || says === 'pending' ? ('active' as const) : ('gone' as const));
  return event(record, minute * 60 + ms / 1_000, {
    type: standing === undefined ? 'changed' : standing === 'active' ? 'created' : 'removed',
    sequence,
    ...(standing && { standing }),
    ...(says && source === 'zoom' && { zoomStanding: says }),
    ...(mail !== undefined && { mail }),
    ...(oktaId && { identifiers: [identifier('okta-id', oktaId)] }),
    ...(department !== undefined && { attributes: { department } }),
  });
}

function tell(arrivals: Arrival[]): string {
  const noon = new Date(at(0)).toISOString().slice(11, 16);
  const lines = arrivals.map(({ telling, then }) => `  ${sentence(telling)}${WORK[then]}`);
  return [
    `\nnotices received at ${noon}, in this order:`,
    ...lines,
    'then the worker does what is left\n',
  ].join('\n');
}

const WORK: Record<Work, string> = {
  rest: '',
  begin: '; the worker begins its attempts',
  finish: '; the worker does its jobs',
};

function sentence({
  source,
  record,
  minute,
  ms = 0,
  sequence = 0,
  says,
  mail,
  oktaId,
  department,
}: Telling): string {
  const what = [
    says && `is ${says}`,
    mail && `has the mail ${mail}`,
    department && `is in ${department}`,
    oktaId && `has the okta-id ${oktaId}`,
  ].filter(Boolean);
  const when = new Date(at(minute * 60 + ms / 1_000)).toISOString().slice(11, ms ? 23 : 16);
  return `${source}: record ${record} ${what.join(', ') || 'changed'} (at ${when}, sequence ${sequence})`;
}
