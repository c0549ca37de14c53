import type { DoctorParts } from '../doctor.js';
import type { Operations } from '../operations.js';
import { createStyle, type Style } from './style.js';

export interface StartOptions {
  acceptKeyLoss: boolean;
}

/** What the process can do with itself; each gives the exit code when it ends. */
export interface Runs {
  /** Web and worker. */
  serve: (options: StartOptions) => Promise<number>;
  web: (options: StartOptions) => Promise<number>;
  worker: (options: StartOptions) => Promise<number>;
  rehearse: (options: { exit: boolean }) => Promise<number>;
  migrate: () => Promise<{ applied: string[] }>;
  doctor: DoctorParts;
}

/** The admin side of an open database. */
export interface OpenAdmin {
  operations: Operations;
  close: () => Promise<void>;
}

interface Stream {
  write(text: string): unknown;
}

export interface CliOptions {
  /** Called when a command needs it, and closed when that command ends. */
  openAdmin: () => Promise<OpenAdmin>;
  run: Runs;
  /** The user of the operating system, who stands in the audit. */
  user: string;
  version: string;
  readFile: (path: string) => Promise<string>;
  /** A file's bytes, those of stdin for `-`. */
  openFile: (path: string) => AsyncIterable<Uint8Array>;
  /** Data and nothing else. */
  stdout: Stream;
  /** Talk: what went wrong, what to do next. */
  stderr: Stream;
  /** A terminal, and no NO_COLOR. */
  colour: boolean;
  /** Asks for yes or no; undefined where there is no terminal. */
  confirm?: ((question: string) => Promise<boolean>) | undefined;
}

/** What the commands are made from. */
export interface Cli {
  by: string;
  run: Runs;
  style: Style;
  readFile: (path: string) => Promise<string>;
  openFile: (path: string) => AsyncIterable<Uint8Array>;
  withOperations: <T>(work: (operations: Operations) => Promise<T>) => Promise<T>;
  /** One line of JSON, or what people read. */
  print: (asJson: boolean | undefined, data: unknown, text: () => string) => void;
  say: (text: string) => void;
  /** Undefined where nobody can be asked. */
  confirm: ((question: string) => Promise<boolean>) | undefined;
  /** For commands that tell by their exit code. */
  exitWith: (code: number) => void;
}

export function createContext(options: CliOptions, exitWith: (code: number) => void): Cli {
  const { openAdmin, run, user, readFile, openFile, stdout, stderr, colour, confirm } = options;
  const say = (text: string) => void stderr.write(`${text}\n`);
  return {
    by: `cli:${user}`,
    run,
    style: createStyle(colour),
    readFile,
    openFile,
    async withOperations(work) {
      const { operations, close } = await openAdmin();
      try {
        return await work(operations);
      } finally {
        // What was done is done: a credential that was made must still be shown.
        await close().catch(() => say('the connections could not be closed in order'));
      }
    },
    print: (asJson, data, text) => void stdout.write(`${asJson ? JSON.stringify(data) : text()}\n`),
    say,
    confirm,
    exitWith,
  };
}
