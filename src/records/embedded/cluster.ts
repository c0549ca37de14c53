import { execFile } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import {
  chmod,
  lstat,
  mkdir,
  readFile,
  readdir,
  realpath,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { EmbeddedError } from './error.js';
import { findInstalled, makeRunnable } from './native.js';
import { type ServerUser, canEnter, chooseServerUser, giveTo } from './server-user.js';

/** What root keeps for a server that cannot enter DATA_DIR. */
const rootHome = '/var/lib/hostkeeper';

/** PostgreSQL's files, and how they are served. `folder` is DATA_DIR; `home` is where the server can reach. */
export interface Cluster {
  folder: string;
  home: string;
  files: string;
  user: ServerUser;
  password: string;
}

/** To be called under DATA_DIR's lock. */
export async function openCluster(folder: string): Promise<Cluster> {
  const place = join(folder, 'postgres');
  const files = (await isThere(place)) ? await realpath(place) : undefined;
  const user = await chooseServerUser(files);
  const home = await chooseHome(folder, user);
  const password = await keepPassword(folder, files !== undefined);
  const cluster = { folder, home, user, password };
  return { ...cluster, files: files ?? (await createCluster(cluster)) };
}

/** A link whose end is gone is there too: better a failure than a second, empty database. */
async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );
}

async function chooseHome(folder: string, user: ServerUser): Promise<string> {
  if (user.uid === undefined || canEnter(folder, user)) return folder;
  await mkdir(rootHome, { recursive: true });
  await chmod(rootHome, 0o755); // whatever the umask
  return rootHome;
}

async function keepPassword(folder: string, mustExist: boolean): Promise<string> {
  const file = join(folder, 'postgres-password');
  const kept = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' && !mustExist) return undefined;
    throw new EmbeddedError('EMBEDDED_UNUSABLE', `cannot read ${file}`, { cause: error });
  });
  if (kept !== undefined) return kept;
  const password = randomBytes(32).toString('hex');
  await writeFile(`${file}.new`, password, { mode: 0o600, flush: true });
  await rename(`${file}.new`, file);
  return password;
}

/** Made beside its place and put there whole, so that a killed initdb leaves nothing that looks like a database. */
async function createCluster({ folder, home, user, password }: Omit<Cluster, 'files'>): Promise<string> {
  const native = await makeRunnable(await findInstalled(), home, user);
  const id = randomUUID();
  const unfinished = join(home, `unfinished-${id}`);
  await mkdir(unfinished, { mode: 0o700 });
  await giveTo(unfinished, user);
  await initdb(native, unfinished, user, password);
  const place = join(home, home === folder ? 'postgres' : `postgres-${id}`);
  await rename(unfinished, place);
  if (home !== folder) await symlink(place, join(folder, 'postgres'));
  await removeUnfinished(folder);
  return realpath(place);
}

/** What killed makers left; the initdb of one may still be writing. */
async function removeUnfinished(folder: string): Promise<void> {
  const left = (await readdir(folder)).filter((name) => name.startsWith('unfinished-'));
  for (const name of left) await rm(join(folder, name), { recursive: true, force: true, maxRetries: 10 });
}

async function initdb(native: string, files: string, user: ServerUser, password: string): Promise<void> {
  const passwordFile = `${files}.password`;
  await writeFile(passwordFile, password, { mode: 0o600 });
  await giveTo(passwordFile, user);
  const identity = ['--username=hostkeeper', '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
  const locale = ['--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'];
  try {
    await promisify(execFile)(join(native, 'bin', 'initdb'), ['-D', files, ...identity, ...locale], {
      ...user,
      cwd: files,
      env: {},
    });
  } catch (cause) {
    throw new EmbeddedError('EMBEDDED_INITDB_FAILED', `could not make a database in ${files}`, { cause });
  } finally {
    await rm(passwordFile, { force: true });
  }
}
