import type { SourceRecord } from '../lifecycle/person.js';

/** What was said at one time, under that time: a notice tells many facts at once, and most are told only once. */
export type StoredFacts = { at: number; sequence: number; said: Record<string, string | null> }[];

export function storeFacts(facts: SourceRecord['facts']): StoredFacts {
  const stored: StoredFacts = [];
  for (const [name, { value, at, sequence }] of Object.entries(facts)) {
    let told = stored.find((one) => one.at === at && one.sequence === sequence);
    if (!told) stored.push((told = { at, sequence, said: {} }));
    told.said[name] = value;
  }
  return stored;
}

export function readFacts(stored: StoredFacts): SourceRecord['facts'] {
  return Object.fromEntries(
    stored.flatMap(({ at, sequence, said }) =>
      Object.entries(said).map(([name, value]) => [name, { value, at, sequence }]),
    ),
  );
}
