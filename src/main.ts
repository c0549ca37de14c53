import { readFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { createCli } from './admin/cli.js';
import type { Runs, StartOptions } from './admin/cli/context.js';
import { openOperations } from './assemble/admin.js';
import { openCore } from './assemble/core.js';
import { doctorParts } from './assemble/doctor.js';
import { rehearse } from './assemble/rehearse.js';
import { serve, type Serving } from './assemble/serve.js';
import { publicUrlOf } from './assemble/url.js';
import { readConfig, type Config } from './config.js';
import { createLog } from './log.js';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** What is not ended by then is cut off; the journal tells the next process of it. */
const GRACE_MS = 10_000;

const readSecret = (path: string) => readFileSync(path, 'utf8');
const config = (): Config => readConfig(process.env, readSecret);
const quietLog = () => createLog({ level: 'warn' });

const runs: Runs = {
  serve: (options) => runUntilStopped({ web: true, worker: true }, options),
  web: (options) => runUntilStopped({ web: true, worker: false }, options),
  worker: (options) => runUntilStopped({ web: false, worker: true }, options),
  rehearse: ({ exit }) =>
    rehearse({
      env: process.env,
      exit,
      colour: colourOn(process.stdout),
      print: (line) => void process.stdout.write(`${line}\n`),
      stopped,
    }),
  async migrate() {
    const core = await openCore({ config: config(), log: quietLog() });
    await core.close();
    return { applied: core.migrated };
  },
  doctor: doctorParts({ config, log: quietLog() }),
};

/** Until a signal: then nothing new is taken and what runs is ended; a second signal ends at once. */
async function runUntilStopped(
  parts: { web: boolean; worker: boolean },
  { acceptKeyLoss }: StartOptions,
): Promise<number> {
  const settings = config();
  const log = createLog({ level: settings.logLevel });
  let stuck = false;
  const end = stopped();
  const onStuck = () => {
    stuck = true;
    process.emit('SIGTERM');
  };
  const serving: Serving = await serve({ config: settings, log, parts, acceptKeyLoss, onStuck });
  await end;
  log.info('hostkeeper stops');
  setTimeout(() => process.exit(1), GRACE_MS).unref();
  await serving.stop();
  return stuck ? 1 : 0;
}

/** Resolves at the first SIGTERM or SIGINT. */
function stopped(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        resolve();
        process.once(signal, () => process.exit(130));
      });
    }
  });
}

function colourOn(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY && !process.env['NO_COLOR'];
}

const run = createCli({
  async openAdmin() {
    const settings = config();
    const core = await openCore({ config: settings, log: quietLog() });
    return { operations: openOperations(core, publicUrlOf(settings)), close: () => core.close() };
  },
  run: runs,
  user: userInfo().username,
  version,
  readFile: (path) => readFile(path, 'utf8'),
  stdout: process.stdout,
  stderr: process.stderr,
  colour: colourOn(process.stderr),
});

const code = await run(process.argv.slice(2));
// Outright, once all is printed: a queue that is away would keep the process for ever.
process.stdout.write('', () => process.exit(code));
