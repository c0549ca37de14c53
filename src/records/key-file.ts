import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../log.js';

const FILE_NAME = 'encryption-keys';

/** The key file stands there, but holds no keys: cut short, or edited amiss. Never replaced by us. */
export class KeyFileError extends Error {
  override readonly name = 'KeyFileError';
  readonly code = 'KEY_FILE_UNREADABLE';

  constructor(
    readonly path: string,
    options: ErrorOptions,
  ) {
    super(`the key file ${path} does not hold keys as ENCRYPTION_KEYS does`, options);
  }
}

export interface KeyFile<Keys> {
  readonly dataDir: string;
  /** Reads a text of the form of ENCRYPTION_KEYS; its errors may not repeat the text. */
  readonly parse: (text: string) => Keys;
  readonly log: Log;
}

/**
 * The keys of the key file in the data folder. Made on first use, readable by its owner only. Any number of
 * processes may start at once: one of them makes the file, all read that one.
 *
 * @throws KeyFileError
 */
export async function readOrMakeKeyFile<Keys>({ dataDir, parse, log }: KeyFile<Keys>): Promise<Keys> {
  const path = join(dataDir, FILE_NAME);
  if (!(await exists(path))) {
    await mkdir(dataDir, { recursive: true });
    if (await makeOnce(path)) log.warn({ path }, 'encryption key made: back it up, nothing opens without it');
  }
  await syncFolder(dataDir);
  if (((await stat(path)).mode & 0o077) !== 0) log.warn({ path }, 'encryption key file found open to others');
  const text = await readFile(path, 'utf8');
  try {
    return parse(text.trim());
  } catch (cause) {
    throw new KeyFileError(path, { cause });
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/**
 * Writes the whole text beside the file and then gives it its name by a link, which fails where a file stands: a
 * kill leaves no half-written file under the name, and nobody's key is ever replaced.
 *
 * @returns whether the file is ours
 */
async function makeOnce(path: string): Promise<boolean> {
  const draft = `${path}.${randomBytes(8).toString('hex')}`;
  try {
    await writeDurably(draft, `${newKeyId()}:${randomBytes(32).toString('base64')}\n`);
    await link(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A file's name outlives a power cut only once its folder is on the disk too. Windows cannot open folders. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function newKeyId(): string {
  return `k-${randomBytes(4).toString('hex')}`;
}
