import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Release, hold, tryHold } from '../../../scripts/lock.js';

/** One file for each opener, with a lock on it: a killed one leaves its file but not its lock. */
export async function announce(folder: string): Promise<Release> {
  const users = join(folder, 'postgres-users');
  await mkdir(users, { recursive: true, mode: 0o700 });
  const file = join(users, randomUUID());
  const release = await hold(file);
  await writeFile(file, String(process.pid));
  return async () => {
    await rm(file, { force: true });
    await release();
  };
}

export async function isAnyonePresent(folder: string): Promise<boolean> {
  const users = join(folder, 'postgres-users');
  for (const name of await readdir(users).catch(() => [])) {
    const release = await tryHold(join(users, name));
    if (release === undefined) return true;
    await rm(join(users, name), { force: true });
    await release();
  }
  return false;
}
