import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readCursor, writeCursor } from '../../../src/inbound/scim/cursor.js';

const HOUR_MS = 3_600_000;
const scope = ['source', 'User', 'userName sw "a"', null];
const cursor = { position: { id: 'i', key: 'k', way: 'after' as const }, total: 7 };

test('a cursor tells what was put into it, in characters that no URL changes', () => {
  const key = fc.option(fc.string({ unit: 'binary' }));
  const way = fc.constantFrom<'after' | 'before'>('after', 'before');
  fc.assert(
    fc.property(fc.record({ id: fc.option(fc.uuid()), key, way }), fc.nat(), (position, total) => {
      const text = writeCursor(scope, { position, total }, 0);
      expect(text).toMatch(/^[\w-]+$/);
      expect(readCursor(scope, text, 0)).toEqual({ position, total });
    }),
  );
});

test('any change of it is found out', () => {
  const text = writeCursor(scope, cursor, 0);
  for (let place = 0; place < text.length - 1; place++) {
    const changed = text.slice(0, place) + (text[place] === 'x' ? 'y' : 'x') + text.slice(place + 1);
    expect(() => readCursor(scope, changed, 0)).toThrow(
      expect.objectContaining({ scimType: 'invalidCursor' }),
    );
  }
});

test('it expires a day after it was given', () => {
  const text = writeCursor(scope, cursor, 0);
  expect(readCursor(scope, text, 24 * HOUR_MS)).toEqual(cursor);
  expect(() => readCursor(scope, text, 24 * HOUR_MS + 1)).toThrow(
    expect.objectContaining({ status: 400, scimType: 'expiredCursor' }),
  );
});
