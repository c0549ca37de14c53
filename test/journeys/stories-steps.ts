import fc from 'fast-check';

const WHO = ['ann', 'bob'] as const;
export type Who = (typeof WHO)[number];

/** Each has two mails of their own; the desk's passes between them; the stray one is only ever Zoom's. */
export const OWN_MAILS = { ann: ['ann', 'ann.b'], bob: ['bob', 'bob.b'] } as const;
export type MailName = (typeof OWN_MAILS)[Who][number] | 'desk' | 'stray';

/** When a step's notice arrives: so many steps later, once for each number. */
export interface Arriving {
  delays: number[];
  /** The worker comes to rest before the next step. */
  rest: boolean;
}

/** What a directory tells of one of its records, at a time of its own. */
export interface Tell extends Arriving {
  step: 'tell';
  source: 'okta' | 'payroll';
  who: Who;
  /** Several records of one person in one source. */
  record: 1 | 2;
  minute: number;
  sequence: number;
  says?: 'active' | 'gone' | undefined;
  mail?: Exclude<MailName, 'stray'> | undefined;
  /** Which immutable ids the notice names: with both, two people may be found to be one. */
  names: 'own id' | 'both ids' | 'nobody';
  department?: 'Sales' | 'Law' | undefined;
}

/** What happens in Zoom, at the time at which it happens, to the user with that mail; without one, nothing does. */
export interface InZoom extends Arriving {
  step: 'zoom';
  does: 'create' | 'invite' | 'accept' | 'delete' | 're-create' | 'deactivate' | 'activate' | 'key' | 'show';
  mail: MailName;
}

export interface Rename extends Arriving {
  step: 'rename';
  mail: Exclude<MailName, 'stray'>;
  to: Exclude<MailName, 'stray'>;
}

/** Where groups decide: a record of okta's comes to belong to the group whose members get keys, or no longer does, at once. */
export interface Join extends Arriving {
  step: 'group';
  does: 'join' | 'leave';
  who: Who;
  record: 1 | 2;
}

export type Step = Tell | InZoom | Rename | Join;

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const arriving = {
  delays: fc.oneof(
    { weight: 3, arbitrary: fc.constant<number[]>([0]) },
    { weight: 2, arbitrary: fc.array(fc.nat(6), { minLength: 1, maxLength: 3 }) },
    { weight: 1, arbitrary: fc.array(fc.nat(20), { minLength: 1, maxLength: 2 }) },
  ),
  rest: fc.boolean(),
};

function telling(who: Who): fc.Arbitrary<Tell> {
  return fc
    .record({
      step: fc.constant('tell' as const),
      source: fc.constantFrom('okta' as const, 'okta' as const, 'payroll' as const),
      who: fc.constant(who),
      record: fc.constantFrom(1 as const, 1 as const, 2 as const),
      minute: fc.integer({ min: -3, max: 3 }),
      sequence: fc.nat(1),
      says: fc.constantFrom('active' as const, 'active' as const, 'gone' as const, undefined),
      mail: maybe(fc.constantFrom(...OWN_MAILS[who], 'desk' as const)),
      names: fc.constantFrom('own id' as const, 'own id' as const, 'both ids' as const, 'nobody' as const),
      department: maybe(fc.constantFrom('Sales' as const, 'Law' as const)),
      ...arriving,
    })
    .map(known);
}

/** Okta always knows its people by id, and a mail that passes between people is told with the id of whose it is. */
function known(tell: Tell): Tell {
  const named =
    tell.source === 'okta' && tell.names === 'nobody' ? { ...tell, names: 'own id' as const } : tell;
  return named.mail === 'desk' && named.source === 'payroll'
    ? { ...named, names: 'both ids' as const }
    : named;
}

const passing = fc.constantFrom(
  'ann' as const,
  'ann.b' as const,
  'bob' as const,
  'bob.b' as const,
  'desk' as const,
);

const inZoom: fc.Arbitrary<InZoom> = fc.record({
  step: fc.constant('zoom' as const),
  does: fc.constantFrom(
    ...(['create', 'create', 'create', 'invite', 'accept', 'delete', 're-create'] as const),
    ...(['deactivate', 'activate', 'key', 'key', 'show'] as const),
  ),
  mail: fc.oneof({ weight: 6, arbitrary: passing }, { weight: 1, arbitrary: fc.constant('stray' as const) }),
  ...arriving,
});

const rename: fc.Arbitrary<Rename> = fc.record({
  step: fc.constant('rename' as const),
  mail: passing,
  to: passing,
  ...arriving,
});

const joining = fc.record<Join>({
  step: fc.constant('group' as const),
  does: fc.constantFrom('join' as const, 'join' as const, 'leave' as const),
  who: fc.constantFrom(...WHO),
  record: fc.constantFrom(1 as const, 1 as const, 2 as const),
  ...arriving,
  delays: fc.constant([0]),
});

/** First of all everybody's mails are told of, whenever that arrives: so each of them is somebody's. */
function beginning(who: Who): fc.Arbitrary<Tell[]> {
  const mails = [...OWN_MAILS[who].toReversed(), ...(who === 'ann' ? (['desk'] as const) : [])];
  const one = (mail: Tell['mail'], index: number): fc.Arbitrary<Tell> =>
    fc.record({
      step: fc.constant('tell' as const),
      source: fc.constant('okta' as const),
      who: fc.constant(who),
      record: fc.constant(1 as const),
      minute: fc.constant(-9 - index),
      sequence: fc.constant(0),
      says: fc.constant('active' as const),
      mail: fc.constant(mail),
      names: fc.constant('own id' as const),
      ...arriving,
    });
  return fc.tuple(...mails.map(one));
}

const beginnings = fc.tuple(...WHO.map(beginning)).map((steps) => steps.flat());

function storyOf(first: fc.Arbitrary<Step[]>, ...then: fc.Arbitrary<Step>[]): fc.Arbitrary<Step[]> {
  const steps = fc.array(fc.oneof(...then), { minLength: 1, maxLength: 14 });
  return fc.tuple(beginnings, first, steps).map((parts) => parts.flat());
}

const usual = [telling('ann'), telling('bob'), inZoom, inZoom, rename];

/**
 * Joins, renames, transfers, leaves and returns of two people, and what happens to their users in Zoom meanwhile; in
 * every other story they come to belong to a group, too.
 */
export const story: fc.Arbitrary<Step[]> = fc.oneof(
  storyOf(fc.constant([]), ...usual),
  storyOf(fc.array(joining, { minLength: 1, maxLength: 3 }), ...usual, joining, joining),
);
