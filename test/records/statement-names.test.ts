import { expect, test } from '@jest/globals';
import { createStatementNames } from '../../src/records/statement-names.js';

test('a text has one name, and no two texts have the same', () => {
  const nameOf = createStatementNames('list');
  const [first, second] = [nameOf('SELECT 1'), nameOf('SELECT 2')];
  expect(first).toMatch(/^list:/);
  expect(second).not.toBe(first);
  expect([nameOf('SELECT 1'), nameOf('SELECT 2')]).toEqual([first, second]);
});

test('there are no more names than connections have memory for, and those given stay', () => {
  const nameOf = createStatementNames('list', 2);
  const names = ['SELECT 1', 'SELECT 2', 'SELECT 3'].map(nameOf);
  expect(names).toEqual([expect.any(String), expect.any(String), undefined]);
  expect(['SELECT 1', 'SELECT 2', 'SELECT 3'].map(nameOf)).toEqual(names);
});
