import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createReadStream, readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { createInterface } from 'node:readline/promises';
import { createCli } from './admin/cli.js';
import type { Runs, StartOptions } from './admin/cli/context.js';
import { openOperations } from './assemble/admin.js';
import { openCore, type Core } from './assemble/core.js';
import { doctorParts } from './assemble/doctor.js';
import { rehearse } from './assemble/rehearse.js';
import { serve } from './assemble/serve.js';
import { firstSignal, statusOf } from './assemble/signals.js';
import { publicUrlOf } from './assemble/url.js';
import { readConfig, type Config } from './config.js';
import { createLog, type Log } from './log.js';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** What is not ended by then is cut off; the journal tells the next process of it. */
const GRACE_MS = 10_000;

const config = (): Config => readConfig(process.env);
const quietLog = () => createLog({ level: 'warn' });
const ending = firstSignal();

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
      stopped: endWithinGrace,
    }),
  async migrate() {
    const core = await openForCommand();
    await core.close();
    return { applied: core.migrated };
  },
  doctor: doctorParts({ config, open: openForCommand }),
};

/** Until a signal, also one during the start: then nothing new is taken and what runs is ended. */
async function runUntilStopped(
  parts: { web: boolean; worker: boolean },
  { acceptKeyLoss }: StartOptions,
): Promise<number> {
  const settings = config();
  const log = createLog({ level: settings.logLevel });
  const told = endWithinGrace(log);
  let onStuck: () => void = () => undefined;
  const stuck = new Promise<'stuck'>((resolve) => (onStuck = () => resolve('stuck')));
  const serving = await serve({ config: settings, log, parts, acceptKeyLoss, onStuck });
  const why = await Promise.race([told, stuck]);
  log.info('hostkeeper stops');
  if (why === 'stuck') cutOffAfterGrace(log);
  await serving.stop();
  return why === 'stuck' ? 1 : 0;
}

/** Resolves when we are told to stop; ends the process if that takes longer than the grace. */
async function endWithinGrace(log?: Log): Promise<void> {
  await ending;
  cutOffAfterGrace(log);
}

function cutOffAfterGrace(log?: Log): void {
  setTimeout(() => {
    log?.warn({ code: 'DRAIN_CUT_SHORT' }, 'ended by force, with connections open');
    process.exit(1);
  }, GRACE_MS);
}

/** A command that is broken off closes what it opened: the last one out stops the embedded database. */
function openForCommand(): Promise<Core> {
  const opening = openCore({ config: config(), log: quietLog() });
  void ending.then(async (signal) => {
    cutOffAfterGrace();
    await opening.then((core) => core.close()).catch(() => undefined);
    process.exit(statusOf(signal));
  });
  return opening;
}

function colourOn(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY && !process.env['NO_COLOR'];
}

/** Where somebody reads and writes; everywhere else nobody can be asked. */
function confirmation(): ((question: string) => Promise<boolean>) | undefined {
  const { stdin: input, stderr: output } = process;
  if (!input.isTTY || !output.isTTY) return undefined;
  return async (question) => {
    const terminal = createInterface({ input, output });
    try {
      const closed = once(terminal, 'close').then(() => '');
      const answer = await Promise.race([terminal.question(`${question} [y/N] `), closed]);
      return /^y(es)?$/i.test(answer.trim());
    } finally {
      terminal.close();
    }
  };
}

const run = createCli({
  async openAdmin() {
    const settings = config();
    const core = await openForCommand();
    return { operations: openOperations(core, publicUrlOf(settings)), close: () => core.close() };
  },
  run: runs,
  user: userInfo().username,
  version,
  readFile: (path) => readFile(path, 'utf8'),
  openFile: (path) => (path === '-' ? process.stdin : createReadStream(path)),
  stdout: process.stdout,
  stderr: process.stderr,
  colour: colourOn(process.stderr),
  confirm: confirmation(),
});

const code = await run(process.argv.slice(2));
// Outright, once all is printed: a queue that is away would keep the process for ever.
process.stdout.write('', () => process.exit(code));
