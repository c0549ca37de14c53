import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, readFileSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { hold } from './lock.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const require = createRequire(import.meta.url);
const at = (...path) => join(root, ...path);

/**
 * Makes what a fresh checkout lacks: the generated Prisma client and, with `build`, dist/. Whoever comes
 * first makes it, everybody else waits; what fits the sources already is left alone. An installation
 * without sources (the image) has nothing to make.
 */
export async function prepare({ build = false } = {}) {
  if (!existsSync(at('src'))) return;
  const steps = build ? [client, dist] : [client];
  if (steps.every(isFresh)) return;
  const release = await hold(at('prepare.lock'), () => say('waiting for another first start'));
  try {
    for (const step of steps) if (!isFresh(step)) await make(step);
  } finally {
    await release();
  }
}

const client = {
  output: at('src', 'records', 'generated'),
  inputs: () => [at('prisma', 'schema.prisma'), require.resolve('prisma/package.json')],
  make: generateClient,
};

const dist = {
  output: at('dist'),
  inputs: () => [
    ...client.inputs(),
    at('tsconfig.json'),
    at('tsconfig.build.json'),
    ...filesUnder(at('src')),
  ],
  make: emitDist,
};

/** The stamp is written last: whatever a killed maker left behind has none, and is made again. */
async function make(step) {
  const stamp = hashOf(step.inputs());
  say(`making ${relative(root, step.output)}`);
  rmSync(step.output, { recursive: true, force: true });
  await step.make();
  writeFileSync(join(step.output, '.stamp'), stamp);
}

function isFresh({ output, inputs }) {
  const stamp = join(output, '.stamp');
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === hashOf(inputs());
}

/** By content, since a checkout or a copy gives every file a new time. */
function hashOf(files) {
  const hash = createHash('sha256');
  for (const file of files)
    hash
      .update(`${relative(root, file)}\0`)
      .update(readFileSync(file))
      .update('\0');
  return hash.digest('hex');
}

function filesUnder(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !file.startsWith(client.output))
    .sort();
}

async function generateClient() {
  const { bin } = require('prisma/package.json');
  const cli = join(require.resolve('prisma/package.json'), '..', bin.prisma);
  const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: at('scripts', 'no-schema-engine') };
  await promisify(execFile)(process.execPath, [cli, 'generate', '--schema', at('prisma', 'schema.prisma')], {
    cwd: root,
    env: { ...env, PRISMA_HIDE_UPDATE_MESSAGE: '1', CHECKPOINT_DISABLE: '1' },
  });
}

/** In this process, so that no compiler outlives a killed maker. Types are `npm run check`'s business: unchecked takes a quarter of the time. */
async function emitDist() {
  const { default: ts } = await import('typescript');
  const host = {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: ({ messageText }) => {
      throw new Error(ts.flattenDiagnosticMessageText(messageText, '\n'));
    },
  };
  const config = ts.getParsedCommandLineOfConfigFile(at('tsconfig.build.json'), { noCheck: true }, host);
  const { diagnostics } = ts.createProgram(config.fileNames, config.options).emit();
  if (diagnostics.length > 0)
    throw new Error(
      ts.formatDiagnostics(diagnostics, {
        ...host,
        getCanonicalFileName: (name) => name,
        getNewLine: () => '\n',
        getCurrentDirectory: () => root,
      }),
    );
  cpSync(at('src'), at('dist'), { recursive: true, filter: (file) => !file.endsWith('.ts') });
}

function say(message) {
  process.stderr.write(`hostkeeper: ${message}\n`);
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await prepare({ build: process.argv.includes('--build') });
}
