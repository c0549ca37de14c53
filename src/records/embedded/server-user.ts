import { spawnSync } from 'node:child_process';
import { chown, readFile, stat } from 'node:fs/promises';

/** Whom the server runs as; empty means as ourselves. */
export type ServerUser = { uid: number; gid: number } | Record<string, never>;

/** PostgreSQL refuses to run as root: there it runs as the owner of its files, at first as `nobody`. */
export async function chooseServerUser(existingFiles?: string): Promise<ServerUser> {
  if (process.getuid?.() !== 0) return {};
  if (existingFiles === undefined) return nobody();
  const { uid, gid } = await stat(existingFiles);
  return { uid, gid };
}

async function nobody(): Promise<ServerUser> {
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const [, uid = '65534', gid = '65534'] = /^nobody:[^:]*:(\d+):(\d+):/m.exec(passwd) ?? [];
  return { uid: Number(uid), gid: Number(gid) };
}

/** By trying, since modes alone do not tell (ACLs, mount options, every folder above). */
export function canEnter(folder: string, user: ServerUser): boolean {
  return spawnSync('/bin/sh', ['-c', 'cd "$1"', 'sh', folder], { ...user, cwd: '/' }).status === 0;
}

export async function giveTo(path: string, user: ServerUser): Promise<void> {
  if (user.uid !== undefined) await chown(path, user.uid, user.gid);
}
