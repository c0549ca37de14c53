import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

test('1,000 operations on a user with 299 addresses take less than 100 ms, whatever they are', async () => {
  const script = fileURLToPath(new URL('patch-speed.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', script]);
  const times = Object.entries(JSON.parse(stdout) as Record<string, number>);
  expect(times.length).toBeGreaterThan(5);
  expect(times.filter(([, ms]) => ms >= 100)).toEqual([]);
});
