import { describe, expect, test } from '@jest/globals';
import { renewed, transferDue, transferred } from '../../src/lifecycle/renew.js';
import { at, durations, HOUR, key, person, zoomUser } from './people.js';

const { hourMs } = durations;
const holder = person({ zoomUsers: [zoomUser('Z1', { keys: [key(1, 'active')] })] });

/** As once the key that was asked for is drawn. */
function drawn(one: typeof holder, generation: number, seconds: number): typeof holder {
  const user = zoomUser('Z1', {
    ...one.zoomUsers[0],
    keys: [key(generation, 'active', { drawnAt: at(seconds) })],
  });
  return { ...one, zoomUsers: [user] };
}

const renewAfter = (one: typeof holder) => one.zoomUsers.map((user) => user.renewAfter);

describe('of two transfers within an hour', () => {
  const first = drawn(transferred(holder, at(10), at(10), hourMs), 2, 11);

  test('the first asks for another key at once', () => {
    expect(renewAfter(transferred(holder, at(10), at(10), hourMs))).toEqual([at(10)]);
  });

  test('the second waits until the hour is over, and is then asked for', () => {
    const second = transferred(first, at(600), at(600), hourMs);
    expect(renewAfter(second)).toEqual([at(10)]);
    expect(transferDue(second, at(10 + HOUR) - 1, hourMs)).toBe(second);
    const due = transferDue(second, at(10 + HOUR), hourMs);
    expect(due).toMatchObject({ transferAsked: null, transferredAt: at(10 + HOUR) });
    expect(renewAfter(due)).toEqual([at(600)]);
  });

  test('and of more, the newest is what is asked for at the end, whichever comes first', () => {
    const orders = [
      [600, 900],
      [900, 600],
    ].map((order) => order.reduce((one, s) => transferred(one, at(s), at(1_000), hourMs), first));
    for (const one of orders) expect(renewAfter(transferDue(one, at(10 + HOUR), hourMs))).toEqual([at(900)]);
  });

  test('that wait begins another hour when it ends', () => {
    const due = transferDue(transferred(first, at(600), at(600), hourMs), at(10 + HOUR), hourMs);
    const third = transferred(drawn(due, 3, 11 + HOUR), at(20 + HOUR), at(20 + HOUR), hourMs);
    expect(third.transferAsked).toBe(at(20 + HOUR));
  });

  test('one told again, or told late, asks for nothing more', () => {
    expect(transferred(first, at(10), at(600), hourMs)).toBe(first);
    const second = transferred(first, at(600), at(600), hourMs);
    expect(transferred(second, at(600), at(700), hourMs)).toBe(second);
    expect(transferred(first, at(5), at(600), hourMs)).toBe(first);
  });

  test('the second has been given what it asks for when somebody asked for another key meanwhile', () => {
    const second = transferred(first, at(600), at(600), hourMs);
    const due = transferDue(drawn(renewed(second, at(900)), 3, 901), at(10 + HOUR), hourMs);
    expect(due).toMatchObject({ transferAsked: null, transferredAt: at(10) });
  });
});

describe('the hour', () => {
  test('does not begin with a transfer that draws nobody another key', () => {
    const joiner = person({ zoomUsers: [zoomUser('Z1')] });
    expect(transferred(joiner, at(10), at(10), hourMs).transferredAt).toBeNull();
    expect(transferred(person(), at(10), at(10), hourMs)).toEqual(person());
    const younger = drawn(holder, 2, 100);
    expect(transferred(younger, at(10), at(200), hourMs).transferredAt).toBeNull();
  });

  test('does not delay what an operator asks for, or an exposed key', () => {
    const first = drawn(transferred(holder, at(10), at(10), hourMs), 2, 11);
    expect(renewAfter(renewed(first, at(20)))).toEqual([at(20)]);
  });
});
