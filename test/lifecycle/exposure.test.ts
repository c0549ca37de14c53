import { describe, expect, test } from '@jest/globals';
import { seeKey } from '../../src/lifecycle/exposure.js';
import type { Person, SentValue } from '../../src/lifecycle/person.js';
import { at, durations, event, HOUR, key, person, zoomUser } from './people.js';

const sent = (hash: string, startedAt: number, appliedAt: number | null): SentValue => ({
  hash,
  startedAt,
  appliedAt,
});

/** Set an hour after noon; replaced once before. */
const holder = person({
  zoomUsers: [
    zoomUser('Z1', {
      keys: [key(1, 'previous'), key(2, 'active', { setAt: at(HOUR) })],
      sent: [sent('hash-1', at(0), at(1)), sent('hash-2', at(HOUR - 1), at(HOUR))],
    }),
    zoomUser('Z2', { keys: [key(1, 'active')] }),
  ],
});

function see(one: Person, seconds: number, hash: string, asked = at(seconds)) {
  const shown = event('Z1', seconds, { seenKeyHashes: ['of an older ring key', hash] });
  return seeKey(one, shown, { at: at(seconds), asked, durations });
}

describe('a key that Zoom shows', () => {
  test.each<[string, number, string, string]>([
    ['our current one is our echo', HOUR + 1, 'hash-2', 'echo'],
    ['our current one is our echo, even before our 204', HOUR - 1, 'hash-2', 'echo'],
    ['a former one of ours, from before our last 204, is our echo', HOUR - 1, 'hash-1', 'echo'],
    ['a former one of ours, newer than our last 204, asks for a re-send', HOUR + 1, 'hash-1', 'resend'],
    ['a foreign one up to 10 s after our last 204 asks for a re-send', HOUR + 10, 'foreign', 'resend'],
    ['a foreign one later than that is exposed', HOUR + 11, 'foreign', 'exposed'],
  ])('%s', (_, seconds, hash, seen) => {
    expect(see(holder, seconds, hash).seen).toBe(seen);
  });

  test('that is exposed asks for a new key at that Zoom user alone, drawn after it was seen', () => {
    const { person: ann } = see(holder, 2 * HOUR, 'foreign');
    expect(ann.zoomUsers.map((user) => user.renewAfter)).toEqual([at(2 * HOUR), null]);
    expect(ann.exposedAt).toEqual([at(2 * HOUR)]);
  });

  test('still to come asks for one drawn after its receipt', () => {
    expect(see(holder, 2 * HOUR, 'foreign', at(HOUR)).person.zoomUsers[0]?.renewAfter).toBe(at(HOUR));
  });

  test("is nobody's concern where Zoom never took one of ours", () => {
    const keys = [key(1, 'pending', { mayBeApplied: false })];
    const refused = person({ zoomUsers: [zoomUser('Z1', { keys, sent: [sent('hash-1', at(0), null)] })] });
    expect(see(refused, HOUR, 'foreign')).toEqual({ person: refused, seen: 'nothing' });
  });

  test('is our echo when it is the one in force, while Zoom does not take the next', () => {
    const keys = [key(1, 'active'), key(2, 'pending', { mayBeApplied: false })];
    const between = person({ zoomUsers: [zoomUser('Z1', { keys, sent: [sent('hash-1', at(0), at(1))] })] });
    expect(see(between, HOUR, 'hash-1').seen).toBe('echo');
  });

  const cleared = person({
    zoomUsers: [
      zoomUser('Z1', {
        generation: 1,
        keys: [key(1, 'destroyed', { hash: null })],
        sent: [sent('hash-1', at(0), at(1)), sent('cleared', at(HOUR - 1), at(HOUR))],
      }),
    ],
  });
  test.each<[string, number, string, string]>([
    ['the value that cleared it is our echo', HOUR + 1, 'cleared', 'echo'],
    ['the key of a leaver that comes back asks for a re-send', HOUR + 1, 'hash-1', 'resend'],
    ['a foreign one that came before the clear asks for a re-send', HOUR + 5, 'foreign', 'resend'],
    ['a foreign one after the clear is no longer our affair', HOUR + 60, 'foreign', 'nothing'],
  ])('where none is held: %s', (_, seconds, hash, seen) => {
    expect(see(cleared, seconds, hash).seen).toBe(seen);
  });

  test('while the next key is pending, the one in force is not the current value', () => {
    const changing = person({
      zoomUsers: [
        zoomUser('Z1', { keys: [key(1, 'active'), key(2, 'pending')], sent: [sent('hash-1', at(0), at(1))] }),
      ],
    });
    expect([see(changing, 5, 'hash-2').seen, see(changing, 5, 'hash-1').seen]).toEqual(['echo', 'resend']);
  });

  test.each([
    ['of whom we never set a key', person({ zoomUsers: [zoomUser('Z1')] })],
    ['whom we do not know', person()],
  ])('at a Zoom user %s is nothing to us', (_, one) => {
    expect(see(one, 5, 'foreign')).toEqual({ person: one, seen: 'nothing' });
  });
});

describe('a contest', () => {
  const exposed = (...hours: number[]) =>
    hours.reduce((one, hour) => see(one, hour * HOUR, 'foreign').person, holder);

  test.each<[string, number[], boolean]>([
    ['the third exposure within 24 h is one', [2, 10, 25], true],
    ['whatever arrives first', [25, 2, 10], true],
    ['two are none', [2, 25], false],
    ['a third a whole day after the first is none', [2, 10, 26], false],
    ['three over more than 24 h are none', [2, 10, 27], false],
    ['three that arrive the newest first, days apart, are none', [98, 50, 2], false],
    ['the same exposure told three times is none', [2, 2, 2], false],
  ])('%s', (_, hours, contested) => {
    expect(exposed(...hours).contestedAt !== null).toBe(contested);
  });

  test('keeps the moment it was found', () => {
    expect(exposed(2, 3, 4, 5).contestedAt).toBe(at(4 * HOUR));
  });

  test('counts a key that a source calls exposed, which concerns every Zoom user', () => {
    const told = event('r', 5, { type: 'exposed' });
    const { person: ann, seen } = seeKey(holder, told, { at: at(5), asked: at(5), durations });
    expect([seen, ann.exposedAt]).toEqual(['exposed', [at(5)]]);
    expect(ann.zoomUsers.map((user) => user.renewAfter)).toEqual([at(5), at(5)]);
  });
});
