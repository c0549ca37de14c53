import { expect, test } from '@jest/globals';
import { logFailure } from '../../src/http/log-failure.js';
import { createLog } from '../../src/log.js';

test.each([
  [503, 'warn', 'request put off'],
  [500, 'error', 'request failed'],
  [502, 'error', 'request failed'],
])('a %d is logged as %s, with its code and cause', (status, level, msg) => {
  expect(linesOf(status)).toMatchObject([
    { level, msg, code: 'WHY', requestId: 'r1', err: { message: 'the cause' } },
  ]);
});

test.each([400, 404, 429, 501])('a %d is no failure of ours, and is not', (status) => {
  expect(linesOf(status)).toEqual([]);
});

function linesOf(status: number): unknown[] {
  const lines: unknown[] = [];
  const log = createLog({
    level: 'debug',
    destination: { write: (line) => void lines.push(JSON.parse(line)) },
  });
  logFailure(log, { status, code: 'WHY' }, { requestId: 'r1', err: new Error('the cause') });
  return lines;
}
