import { realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { hold } from '../../../scripts/lock.js';
import { EmbeddedError } from './error.js';
import { isAnyonePresent } from './presence.js';
import { stopServer } from './stop.js';

/**
 * Removes `dataDir` with the database in it, also one that lies elsewhere because its server could not reach here,
 * and stops a server that a killed process left behind.
 *
 * @throws EmbeddedError EMBEDDED_BUSY while a process has it open
 */
export async function removeEmbedded(dataDir: string): Promise<void> {
  const folder = await realpath(dataDir).catch(() => undefined);
  if (folder === undefined) return;
  const unlock = await hold(join(folder, 'postgres.lock'));
  try {
    if (await isAnyonePresent(folder)) {
      throw new EmbeddedError('EMBEDDED_BUSY', `${folder} is in use by another process: end that one first`);
    }
    const files = await realpath(join(folder, 'postgres')).catch(() => undefined);
    if (files !== undefined) {
      await stopServer(files);
      await rm(files, { recursive: true, force: true });
    }
    await rm(folder, { recursive: true, force: true });
  } finally {
    await unlock();
  }
}
