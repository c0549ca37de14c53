import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readCursor, writeCursor, type Cursor } from '../../../src/inbound/scim/cursor.js';

const HOUR_MS = 3_600_000;
const ID = '01980000-0000-7000-8000-000000000001';
const scope = ['source', 'User', 'userName sw "a"', null];
const cursor = { position: { id: ID, key: 'k', way: 'after' as const }, total: 7 };
const invalid = expect.objectContaining({ status: 400, scimType: 'invalidCursor' });

test('a cursor tells what was put into it, in characters that no URL changes', () => {
  const key = fc.option(fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0')));
  const way = fc.constantFrom<'after' | 'before'>('after', 'before');
  fc.assert(
    fc.property(fc.record({ id: fc.uuid(), key, way }), fc.nat(), (position, total) => {
      const text = writeCursor(scope, { position, total }, 0);
      expect(text).toMatch(/^[\w-]+$/);
      expect(readCursor(scope, text, 'text', 0)).toEqual({ position, total });
    }),
  );
  const start: Cursor = { position: { id: null, key: null, way: 'after' }, total: 0 };
  expect(readCursor(scope, writeCursor(scope, start, 0), 'text', 0)).toEqual(start);
});

test('any change of it is found out', () => {
  const text = writeCursor(scope, cursor, 0);
  for (let place = 0; place < text.length - 1; place++) {
    const changed = text.slice(0, place) + (text[place] === 'x' ? 'y' : 'x') + text.slice(place + 1);
    expect(() => readCursor(scope, changed, 'text', 0)).toThrow(invalid);
  }
});

test('it expires a day after it was given', () => {
  const text = writeCursor(scope, cursor, 0);
  expect(readCursor(scope, text, 'text', 24 * HOUR_MS)).toEqual(cursor);
  expect(() => readCursor(scope, text, 'text', 24 * HOUR_MS + 1)).toThrow(
    expect.objectContaining({ status: 400, scimType: 'expiredCursor' }),
  );
});

/** Whoever knows the source's id can write any. */
describe('one that we would not have written is none', () => {
  const read = (type: string | null, position: object, total: unknown = 7) => {
    const forged = { position: { ...cursor.position, ...position }, total } as Cursor;
    return () => readCursor(scope, writeCursor(scope, forged, 0), type, 0);
  };

  test.each<[string, string | null, object]>([
    ['an id that is none', 'text', { id: 'x' }],
    ['an id that is no text', 'text', { id: 5 }],
    ['a way that is none', 'text', { way: 'up' }],
    ['a key that is no text', 'text', { key: 5 }],
    ['a key without an id', 'text', { id: null }],
    ['a key where nothing is sorted', null, { key: 'k' }],
    ['a key of a type that is none', 'money', { key: '5' }],
  ])('%s', (_, type, position) => {
    expect(read(type, position)).toThrow(invalid);
  });

  test.each([-1, 1.5, '7', null])('a total of %j', (total) => {
    expect(read('text', {}, total)).toThrow(invalid);
  });

  test('a time that is none', () => {
    const at = '2026' as unknown as number;
    expect(() => readCursor(scope, writeCursor(scope, cursor, at), 'text', 0)).toThrow(invalid);
  });

  test.each([
    ['text', 'a\0'],
    ['numeric', ''],
    ['numeric', '1e5'],
    ['numeric', 'NaN'],
    ['numeric', '1'.repeat(200_000)],
    ['boolean', 'yes'],
    ['uuid', randomUUID().slice(1)],
    ['timestamptz', 'now'],
    ['timestamptz', '2026-02-30 00:00:00+00'],
    ['timestamptz', '2026-01-31 24:00:01+00'],
    ['timestamptz', '2026-01-31 08:00:00+16'],
    ['timestamptz', '0000-01-01 00:00:00+00'],
    ['timestamptz', '99999-01-01 00:00:00+00'],
  ])('a key that the type %s does not have: %#', (type, key) => {
    expect(read(type, { key })).toThrow(invalid);
  });
});
