import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { hold, tryHold } from '../../scripts/lock.js';

const lock = fileURLToPath(new URL('../../scripts/lock.js', import.meta.url));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hostkeeper-lock-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('one holds, the others wait their turn', async () => {
  let holders = 0;
  async function work(): Promise<number> {
    const release = await hold(join(folder, 'a'));
    holders += 1;
    const seen = holders;
    await new Promise(setImmediate);
    holders -= 1;
    await release();
    return seen;
  }
  expect(await Promise.all([1, 2, 3, 4, 5].map(work))).toEqual([1, 1, 1, 1, 1]);
});

test('whoever has to wait is told once', async () => {
  const release = await hold(join(folder, 'a'));
  let told = 0;
  const waiting = hold(join(folder, 'a'), () => {
    told += 1;
    void release();
  });
  await (
    await waiting
  )();
  expect(told).toBe(1);
});

test('two names of one file are one lock, two files are two', async () => {
  const release = await hold(join(folder, 'a'));
  await symlink(folder, join(folder, 'link'));
  expect(await tryHold(join(folder, 'link', 'a'))).toBeUndefined();
  const other = await tryHold(join(folder, 'b'));
  expect(other).toBeDefined();
  await other?.();
  await release();
});

test('a killed holder holds no more', async () => {
  const script = `import { hold } from ${JSON.stringify(lock)};
    await hold(process.argv[1]); console.log('held'); process.stdin.resume();`;
  const holder = spawn(process.execPath, ['--input-type=module', '-e', script, join(folder, 'a')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(holder.stdout, 'data');
  expect(await tryHold(join(folder, 'a'))).toBeUndefined();
  const ended = once(holder, 'exit');
  holder.kill('SIGKILL');
  await ended;
  const release = await tryHold(join(folder, 'a'));
  expect(release).toBeDefined();
  await release?.();
});
