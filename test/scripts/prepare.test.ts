import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { waitFor } from '../harness/wait-for.js';

const project = fileURLToPath(new URL('../..', import.meta.url));
const main = `import { PrismaClient } from './records/generated/client.js';\nconsole.log(typeof PrismaClient, process.argv[2]);\n`;

let checkout: string;

/** A checkout with everything but the sources, which are one line. */
beforeEach(async () => {
  checkout = await mkdtemp(join(tmpdir(), 'hostkeeper-checkout-'));
  for (const part of ['scripts', 'prisma', 'package.json', 'tsconfig.json', 'tsconfig.build.json']) {
    cpSync(join(project, part), join(checkout, part), { recursive: true });
  }
  symlinkSync(join(project, 'node_modules'), join(checkout, 'node_modules'));
  mkdirSync(join(checkout, 'src'));
  writeFileSync(join(checkout, 'src', 'main.ts'), main);
});

afterEach(() => rmSync(checkout, { recursive: true, maxRetries: 10 }));

function startBin(argument: string): ChildProcess {
  return spawn(process.execPath, [join(checkout, 'scripts', 'hostkeeper.js'), argument], { stdio: 'pipe' });
}

async function run(argument: string): Promise<{ out: string; made: string[]; status: number | null }> {
  const child = startBin(argument);
  const ended = once(child, 'close');
  const [out, talk] = await Promise.all(
    [child.stdout, child.stderr].map((stream) => text(stream as NodeJS.ReadableStream)),
  );
  await ended;
  return {
    out: out ?? '',
    made: [...(talk ?? '').matchAll(/making (\S+)/g)].map(([, what = '']) => what),
    status: child.exitCode,
  };
}

test('of any number of first users at once one makes what is missing, and all run it', async () => {
  const runs = await Promise.all(['1', '2', '3', '4'].map(run));
  expect(runs.map(({ out }) => out)).toEqual([1, 2, 3, 4].map((n) => `function ${n}\n`));
  expect(runs.flatMap(({ made }) => made).sort()).toEqual(['dist', 'src/records/generated']);
  expect((await run('again')).made).toEqual([]);
});

test('what was changed is made again, and what was deleted is gone', async () => {
  await run('first');
  writeFileSync(join(checkout, 'src', 'main.ts'), `console.log('changed');\n`);
  expect(await run('')).toEqual({ out: 'changed\n', made: ['dist'], status: 0 });
  cpSync(join(checkout, 'src', 'main.ts'), join(checkout, 'src', 'other.ts'));
  await run('');
  rmSync(join(checkout, 'src', 'other.ts'));
  await run('');
  expect(readdirSync(join(checkout, 'dist'))).not.toContain('other.js');
});

test('what a killed maker left half done is made again', async () => {
  const maker = startBin('killed');
  await waitFor('the build to begin', () =>
    existsSync(join(checkout, 'src', 'records', 'generated', '.stamp')),
  );
  maker.kill('SIGKILL');
  await once(maker, 'exit');
  expect(existsSync(join(checkout, 'dist', '.stamp'))).toBe(false);
  expect(await run('next')).toMatchObject({ out: 'function next\n', made: ['dist'] });
});

test('a schema that cannot be read fails with its reason, and nothing is taken for made', async () => {
  writeFileSync(join(checkout, 'prisma', 'schema.prisma'), 'model Broken {');
  const child = startBin('');
  const talk = await text(child.stderr as NodeJS.ReadableStream);
  expect(talk).toContain('model Broken {');
  expect(existsSync(join(checkout, 'src', 'records', 'generated', '.stamp'))).toBe(false);
});

test('an installation without sources runs what was built', async () => {
  await run('first');
  const stamp = readFileSync(join(checkout, 'dist', '.stamp'), 'utf8');
  for (const part of ['src', 'prisma', 'tsconfig.json', 'tsconfig.build.json'])
    rmSync(join(checkout, part), { recursive: true });
  expect(await run('built')).toEqual({ out: 'function built\n', made: [], status: 0 });
  expect(readFileSync(join(checkout, 'dist', '.stamp'), 'utf8')).toBe(stamp);
});
