import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { createCli } from '../src/admin/cli.js';
import type { CliOptions } from '../src/admin/cli/context.js';
import { fileSettings, settingNames } from '../src/config/settings.js';

const root = fileURLToPath(new URL('../', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const under = (folder: string, ending: string) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(ending))
    .map((file) => join(folder, file));

const pages = [...readdirSync(root).filter((file) => file.endsWith('.md')), ...under('docs', '.md')];

describe('docs/errors.md', () => {
  /** The rehearsal Zoom speaks for Zoom, and what Prisma generates speaks for nobody. */
  const ours = under('src', '.ts').filter((file) => !/^src\/(?:rehearsal|records\/generated)\//.test(file));
  const text = ours.map(read).join('\n');
  const entries = matchesOf(read('docs/errors.md'), /^### (\S+)$/gm);

  /** Whatever is spelled in capitals, as a text or as a key, is a code unless it is known to be something else. */
  const spelled = [
    ...matchesOf(text, /'([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*)'/g),
    ...matchesOf(text, /^\s+([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*): /gm),
  ];
  const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
  const words = ['BEGIN', 'COMMIT', 'ROLLBACK', 'TRUE', 'FALSE', 'UTC', 'NFC', 'NO_COLOR', 'T', 'Z'];
  const redis = ['TIME', 'HGET', 'HMGET', 'HSET'];
  const settings = [...settingNames, ...fileSettings.map((name) => `${name}_FILE`)];
  const known = new Set<string>([...methods, ...words, ...redis, ...settings]);
  /** Of the operating system, and of Prisma. */
  const foreign = /^(?:E[A-Z]+|P\d{4}|SIG[A-Z]+)$/;
  const codes = spelled.filter((word) => !known.has(word) && !foreign.test(word));
  const scimTypes = matchesOf(text, /(?:refusal\(|scimType: )'([a-z][A-Za-z]+)'/g);
  const oauth = matchesOf(text, /'(invalid_[a-z]+|unsupported_[a-z_]+)'/g);
  const given = [...codes, ...scimTypes, ...oauth];

  test('explains every code that the source can give', () => {
    expect(missing(given, entries)).toEqual([]);
  });

  test('explains none that the source cannot give', () => {
    expect(missing(entries, given)).toEqual([]);
  });

  test('explains each once, and says what to do', () => {
    expect(entries).toEqual([...new Set(entries)]);
    const sections = read('docs/errors.md').split(/^### /m).slice(1);
    const silent = sections.filter((section) => !section.split(/^## /m)[0]?.includes('*Do:*'));
    expect(silent.map((section) => section.split('\n')[0])).toEqual([]);
  });
});

describe('what the pages tell people to type', () => {
  const commands = pages.flatMap((page) =>
    matchesOf(read(page), /(?:npx hostkeeper|scripts\/hostkeeper\.js) ([^`\n|#;&)]+)/g).map(
      (command) => [page, command.trim()] as const,
    ),
  );

  test('is a command that the command line knows, with options that it has', async () => {
    const strange: string[] = [];
    for (const [page, command] of commands) {
      const { isKnown, help } = await helpOf(command.split(/\s+/));
      const options = matchesOf(command, /(?:^|\s)(--[a-z-]+)/g);
      const hasAll = options.every((option) => new RegExp(`${option}(?![a-z-])`).test(help));
      if (!isKnown || !hasAll) strange.push(`${page}: ${command}`);
    }
    expect(commands.length).toBeGreaterThan(20);
    expect(strange).toEqual([]);
  });

  test('is a script that package.json has', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const run = pages.flatMap((page) => matchesOf(read(page), /\bnpm run ([a-z:]+)/g));
    const short = pages.flatMap((page) => matchesOf(read(page), /\bnpm (start|test)\b/g));
    expect(missing([...run, ...short], Object.keys(scripts))).toEqual([]);
  });

  test('is an address that the API has', () => {
    const routes = matchesOf(read('src/admin/api/routes.ts'), /'(\/[a-z-]+(?:\/[a-z:-]+)*)'/g);
    const patterns = routes.map((route) => new RegExp(`^${route.replace(/:[a-z]+/g, '[^/]+')}$`));
    const asked = pages.flatMap((page) =>
      matchesOf(read(page), /(?<!src\/admin)\/api(\/[a-z<>-]+(?:\/[a-z<>-]+)*)/g),
    );
    expect(asked.filter((path) => !patterns.some((pattern) => pattern.test(path)))).toEqual([]);
  });
});

describe('the pages', () => {
  test('name every setting, so that nobody has to read the code for one', () => {
    const told = `${read('README.md')}\n${read('docs/operations.md')}`;
    expect(settingNames.filter((name) => !told.includes(`\`${name}\``))).toEqual([]);
  });

  test('say of every table what it holds', () => {
    const tables = matchesOf(read('prisma/schema.prisma'), /@@map\("([a-z_]+)"\)/g);
    const told = read('docs/architecture.md');
    expect(tables.length).toBeGreaterThan(15);
    expect(tables.filter((table) => !told.includes(`\`${table}\``))).toEqual([]);
  });

  test('link only to what is there', () => {
    const broken = pages.flatMap((page) =>
      matchesOf(read(page), /\]\((?!https?:)([^)\s]+)\)/g)
        .filter((target) => !leadsSomewhere(page, target))
        .map((target) => `${page}: ${target}`),
    );
    expect(broken).toEqual([]);
  });

  test('are no wider than 140 characters', () => {
    const wide = pages.flatMap((page) =>
      read(page)
        .split('\n')
        .flatMap((line, index) => ([...line].length > 140 ? [`${page}:${index + 1}`] : [])),
    );
    expect(wide).toEqual([]);
  });
});

/** What the command line says of a command: `jobs list` for `jobs list --state failed`. */
async function helpOf(words: string[], depth = 1): Promise<{ isKnown: boolean; help: string }> {
  const path = words.slice(0, depth);
  const help = await askHelp(path);
  const isGroup = help.includes('\nCommands:');
  if (isGroup && depth < words.length) return helpOf(words, depth + 1);
  return { isKnown: !isGroup && isHelpOf(path.join(' '), help), help };
}

/** Of a command that it does not know, it tells of another instead. */
function isHelpOf(command: string, help: string): boolean {
  return /^[a-z]/.test(command) && help.startsWith(`Usage: hostkeeper ${command} `);
}

async function askHelp(path: string[]): Promise<string> {
  let help = '';
  const write = (text: string) => void (help += text);
  const unused = () => Promise.reject(new Error('asked for help only'));
  const runs = { run: {}, openAdmin: unused, readFile: unused } as unknown as CliOptions;
  const cli = createCli({
    ...runs,
    version: '0',
    user: 'nobody',
    colour: false,
    stdout: { write },
    stderr: { write },
  });
  await cli([...path, '--help']);
  return help;
}

function leadsSomewhere(page: string, target: string): boolean {
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? page : join(dirname(page), path);
  if (!existsSync(join(root, file))) return false;
  return anchor === undefined || headingsOf(file).includes(anchor);
}

/** As GitHub makes them: lower case, without punctuation, a dash for each space. */
function headingsOf(file: string): string[] {
  const headings = matchesOf(read(file), /^#+ (.+)$/gm);
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-'),
  );
}

function matchesOf(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, found = '']) => found);
}

function missing(wanted: readonly string[], there: readonly string[]): string[] {
  return [...new Set(wanted)].filter((one) => !there.includes(one)).sort();
}
