import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** What a running server says of itself in postmaster.pid (lines 1 and 4; the rest is PostgreSQL's own business). */
export interface Postmaster {
  pid: number;
  port: number;
}

export async function readPostmaster(files: string): Promise<Postmaster | undefined> {
  const lines = (await readFile(join(files, 'postmaster.pid'), 'utf8').catch(emptyIfGone)).split('\n');
  const [pid, port] = [Number(lines[0]), Number(lines[3])];
  return pid > 0 && port > 0 ? { pid, port } : undefined;
}

/** Whether that pid is this server, rather than a zombie of it or somebody who got its number later. */
export async function isServing(pid: number, files: string): Promise<boolean> {
  const command =
    process.platform === 'linux'
      ? readFile(`/proc/${pid}/cmdline`, 'utf8')
      : promisify(execFile)('ps', ['-ww', '-o', 'command=', '-p', String(pid)]).then(({ stdout }) => stdout);
  return (await command.catch(emptyIfGone)).includes(files);
}

/** Anything else, such as no file handle left, says nothing of the server: it must not be taken for dead. */
function emptyIfGone(error: Error & { code?: string | number }): string {
  // ps ends with status 1 when there is no such pid.
  if (error.code === 'ENOENT' || error.code === 'ESRCH' || error.code === 1) return '';
  throw error;
}

/**
 * PostgreSQL does not start while the pid it left behind lives, whoever has that number now: after a reboot
 * of a container that is likely, and a zombie nobody reaps stays forever. A pid that cannot be alive makes it
 * look closer: it still refuses while a backend of the old server is attached to its shared memory.
 */
export async function disownPid(files: string): Promise<void> {
  const file = join(files, 'postmaster.pid');
  const [, ...rest] = (await readFile(file, 'utf8').catch(() => '')).split('\n');
  if (rest.length > 0) await writeFile(file, [2 ** 31 - 1, ...rest].join('\n'), { flag: 'r+' });
}
