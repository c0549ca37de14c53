import { describe, expect, test } from '@jest/globals';
import { evaluate } from '../../../src/inbound/scim/preconditions.js';

/** What becomes of a request about a resource at version 3. */
function outcome(method: string, headers: { match?: string; noneMatch?: string }): unknown {
  try {
    return evaluate(method, { 'if-match': headers.match, 'if-none-match': headers.noneMatch }, 3);
  } catch (error) {
    return (error as { status: number }).status;
  }
}

describe('If-Match lets through what names the version, weak or strong', () => {
  test.each([
    ['W/"3"', 'proceed'],
    ['"3"', 'proceed'],
    ['*', 'proceed'],
    [' * ', 'proceed'],
    ['W/"2", W/"3"', 'proceed'],
    ['W/"2",, "x,y" ,W/"3",', 'proceed'],
    ['W/"2"', 412],
    ['W/"33"', 412],
    ['W/"03"', 412],
    ['""', 412],
    ['"*"', 412],
  ])('%s', (match, expected) => {
    for (const method of ['GET', 'PUT', 'PATCH', 'DELETE']) expect(outcome(method, { match })).toBe(expected);
  });
});

describe('If-None-Match keeps out what names the version: a GET has it already, a change must not be', () => {
  test.each([
    ['W/"3"', 'not-modified', 412],
    ['"3"', 'not-modified', 412],
    ['*', 'not-modified', 412],
    ['W/"1", W/"3"', 'not-modified', 412],
    ['W/"2"', 'proceed', 'proceed'],
  ])('%s', (noneMatch, onGet, onChange) => {
    expect(outcome('GET', { noneMatch })).toBe(onGet);
    for (const method of ['PUT', 'PATCH', 'DELETE']) expect(outcome(method, { noneMatch })).toBe(onChange);
  });
});

test('If-Match is asked first (RFC 9110 §13.2.2)', () => {
  expect(outcome('GET', { match: 'W/"2"', noneMatch: 'W/"3"' })).toBe(412);
  expect(outcome('GET', { match: 'W/"3"', noneMatch: 'W/"3"' })).toBe('not-modified');
});

test('without conditions everything goes on', () => {
  for (const method of ['GET', 'PUT', 'PATCH', 'DELETE']) expect(outcome(method, {})).toBe('proceed');
});

describe('what is no list of tags is a 400 that says where', () => {
  test.each([
    ['', 0],
    ['3', 0],
    ['W/3', 0],
    ['w/"3"', 0],
    ['W/"3', 0],
    [',', 0],
    ['W/"3" W/"4"', 0],
    ['W/"3", *', 5],
    ['W/"3", x', 5],
    ['"a b"', 0],
    ['W/"\u0007"', 0],
  ])('%j', (given, at) => {
    const detail = `If-Match must be * or entity tags such as W/"1", with commas between; see character ${at}`;
    const read = () => evaluate('PUT', { 'if-match': given }, 3);
    expect(read).toThrow(expect.objectContaining({ status: 400, scimType: undefined, detail }));
    expect(outcome('GET', { noneMatch: given })).toBe(400);
  });
});

test('a long header is read to its end', () => {
  expect(outcome('GET', { match: `${' ,\t'.repeat(50_000)}W/"3"x` })).toBe(400);
  expect(outcome('GET', { match: `W/"3"${' '.repeat(100_000)}x` })).toBe(400);
  expect(outcome('GET', { match: 'W/"2",'.repeat(50_000) })).toBe(412);
  expect(outcome('GET', { match: `${'W/"2",'.repeat(50_000)}W/"3"` })).toBe('proceed');
});
