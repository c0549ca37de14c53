import { createHash } from 'node:crypto';
import { closeSync, constants, openSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { createServer } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const retryMs = 25;

/**
 * Locks that cannot outlive their holder: the kernel keeps them, so a kill -9 frees them and there is
 * nothing stale to judge or to steal. `path` need not exist, its folder must. One network namespace
 * (a host, or a container) shares a lock.
 */
export async function tryHold(path) {
  const file = join(await realpath(dirname(path)), basename(path));
  const bySocket = process.platform === 'linux' || process.platform === 'win32';
  return bySocket ? listenOn(socketName(file)) : openExclusively(file);
}

/** Waits until `path` is ours; `onWait` is called once if somebody else has it. */
export async function hold(path, onWait = () => {}) {
  let release = await tryHold(path);
  if (release === undefined) onWait();
  while (release === undefined) {
    await sleep(retryMs + Math.random() * retryMs);
    release = await tryHold(path);
  }
  return release;
}

/** An abstract socket or a named pipe. Always 107 long, because some versions of Node pad shorter names to that. */
function socketName(file) {
  const hash = createHash('sha512').update(file).digest('hex');
  const name = `hostkeeper-${hash}`.slice(0, 107);
  return process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : `\0${name}`;
}

function listenOn(name) {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error) => (error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error)));
    server.listen(name, () => {
      server.unref();
      resolve(() => new Promise((closed) => server.close(() => closed())));
    });
  });
}

/** BSD and macOS lock a file as they open it; 0x20 is their O_EXLOCK, which Node does not name. */
function openExclusively(file) {
  try {
    const fd = openSync(file, constants.O_RDWR | constants.O_CREAT | constants.O_NONBLOCK | 0x20, 0o600);
    return async () => closeSync(fd);
  } catch (error) {
    if (error.code === 'EAGAIN') return undefined;
    throw error;
  }
}
