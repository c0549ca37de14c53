import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

/** Folder (or file at the top) -> whom else it may import; `main` and `assemble` import everybody, nobody imports them. */
const mayImport: Record<string, string[]> = {
  lifecycle: [],
  http: [],
  rehearsal: [],
  config: [],
  log: [],
  zoom: ['lifecycle'],
  directories: ['lifecycle'],
  records: ['lifecycle'],
  jobs: ['lifecycle', 'directories', 'zoom', 'records'],
  inbound: ['lifecycle', 'records', 'jobs', 'http'],
  portal: ['lifecycle', 'records', 'jobs', 'http'],
  admin: ['lifecycle', 'records', 'jobs', 'http', 'zoom', 'directories'],
};

/** No clock, chance, environment or network, nor in anything they import. */
const pure = [
  /^lifecycle\//,
  /^inbound\/sources\//,
  /^inbound\/signature\.ts$/,
  /^inbound\/scim\/(resource|filter|patch|changes|error)\b.*\.ts$/,
  /^zoom\/failure\.ts$/,
  /^jobs\/retry\.ts$/,
];
const purePackages = ['zod', 'scim2-parse-filter', 'node:crypto in inbound/signature.ts'];
const impure =
  /\b(Date\.now|new Date\(\)|Math\.random|performance\.\w|process\.\w|fetch\(|set(Timeout|Interval|Immediate)\b)/;

interface Import {
  from: string;
  to: string;
  onlyTypes: boolean;
}

const src = fileURLToPath(new URL('../src/', import.meta.url));
const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.ts') && !file.startsWith('records/generated/'),
);
const text = new Map(files.map((file) => [file, readFileSync(join(src, file), 'utf8')]));
const imports = files.flatMap(importsOf);
const ours = imports.filter(({ to }) => text.has(to));

/** Lint bans import(), so what is written down statically is all there is. */
function importsOf(file: string): Import[] {
  const statements = (text.get(file) ?? '').matchAll(/^(?:import|export)\s([^'";]*?\sfrom\s)?'([^']+)'/gms);
  return [...statements].map(([, names = '', path = '']) => ({
    from: file,
    to: path.startsWith('.') ? relative(src, join(src, file, '..', path)).replace(/\.js$/, '.ts') : path,
    onlyTypes: /^type\s/.test(names) || /^\{(\s*type\s[^,]+,?)+\s*\}/.test(names),
  }));
}

const folderOf = (file: string) => file.split('/')[0]?.replace(/\.ts$/, '') ?? '';
const shown = ({ from, to }: Import) => `${from} -> ${to}`;

test('every folder imports only those that it may know', () => {
  const forbidden = ours.filter(({ from, to, onlyTypes }) => {
    const [importer, imported] = [folderOf(from), folderOf(to)];
    if (importer === imported || importer === 'main' || (importer === 'assemble' && imported !== 'main'))
      return false;
    if (imported === 'config' || imported === 'log') return !onlyTypes;
    return !mayImport[importer]?.includes(imported);
  });
  expect(forbidden.map(shown)).toEqual([]);
});

test('nothing outside src is imported, but for the lock that building shares with the embedded database', () => {
  const outside = imports.filter(({ to }) => to.startsWith('..') && to !== '../scripts/lock.ts');
  const missing = imports.filter(
    ({ to }) => /^(?!\.\.|records\/generated\/).*\.ts$/.test(to) && !text.has(to),
  );
  expect([...outside, ...missing].map(shown)).toEqual([]);
});

test('what is called pure is so to its last import, and reads no clock, chance or environment', () => {
  const reached = new Set(files.filter((file) => pure.some((pattern) => pattern.test(file))));
  for (const file of reached) for (const { to } of ours.filter(({ from }) => from === file)) reached.add(to);
  const packages = imports.filter(({ from, to }) => reached.has(from) && !text.has(to));
  const strange = packages.filter(
    ({ from, to }) => !purePackages.includes(to) && !purePackages.includes(`${to} in ${from}`),
  );
  expect(strange.map(shown)).toEqual([]);
  expect([...reached].filter((file) => impure.test(text.get(file) ?? ''))).toEqual([]);
});

test('no file imports itself by way of others, types included', () => {
  const done = new Set<string>();
  function findCycle(file: string, path: string[]): string[] | undefined {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const { to } of ours.filter(({ from }) => from === file)) {
      const cycle = findCycle(to, [...path, file]);
      if (cycle !== undefined) return cycle;
    }
    done.add(file);
    return undefined;
  }
  const [cycle] = files.flatMap((file) => findCycle(file, [])?.join(' -> ') ?? []);
  expect(cycle).toBeUndefined();
});

test('only records/ has statements that change what PostgreSQL holds', () => {
  const writers = files.filter((file) =>
    /\b(?:INSERT INTO|DELETE FROM|UPDATE \w+ SET)\b/.test(text.get(file) ?? ''),
  );
  expect(writers.filter((file) => !file.startsWith('records/'))).toEqual([]);
});

test('only main.ts reads the environment', () => {
  const readers = files.filter((file) => /\bprocess\.env\b/.test(text.get(file) ?? ''));
  expect(readers.filter((file) => file !== 'main.ts')).toEqual([]);
});

test('the digits of a host key are shown by look-up, sent by two actions, sealed and hashed in one place, and read nowhere else', () => {
  const readers = files.filter((file) => /\.reveal\(\)/.test(text.get(file) ?? ''));
  expect(readers.sort()).toEqual([
    'admin/operations/look-up.ts',
    'records/host-keys.ts',
    'zoom/actions/clear-host-key.ts',
    'zoom/actions/set-host-key.ts',
  ]);
});
