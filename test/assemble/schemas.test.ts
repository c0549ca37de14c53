import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { loadShapes } from '../../src/assemble/schemas.js';
import { serve } from '../../src/assemble/serve.js';
import { readConfig } from '../../src/config.js';
import { createLog } from '../../src/log.js';
import { BADGE, BADGE_URN } from '../inbound/scim/badge.js';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'hostkeeper-schemas-'));
});
afterEach(() => rm(dataDir, { recursive: true }));

async function put(name: string, text: string): Promise<void> {
  await mkdir(join(dataDir, 'schemas'), { recursive: true });
  await writeFile(join(dataDir, 'schemas', name), text);
}

test('without files, or without the folder, there are the schemas of the RFC', async () => {
  expect((await loadShapes(dataDir)).User.extensions).toHaveLength(1);
  await put('notes.txt', 'not JSON');
  expect((await loadShapes(join(dataDir, 'nowhere'))).User.extensions).toHaveLength(1);
  expect((await loadShapes(dataDir)).User.extensions).toHaveLength(1);
});

test('files are read in the order of their names, with or without a byte order mark', async () => {
  await put('b.json', `\uFEFF${JSON.stringify(BADGE)}`);
  await put('a.json', JSON.stringify({ ...BADGE, id: 'urn:x:1.0:User' }));
  const { User } = await loadShapes(dataDir);
  expect(User.extensions.map(({ urn }) => urn).slice(1)).toEqual(['urn:x:1.0:User', BADGE_URN]);
});

test('every problem is told, by file and place', async () => {
  await put('a.json', '{"id": ');
  await put('b.json', JSON.stringify({ ...BADGE, attributes: [{ name: 'a', type: 'text' }] }));
  await mkdir(join(dataDir, 'schemas', 'c.json'));
  await expect(loadShapes(dataDir)).rejects.toMatchObject({
    code: 'SCHEMAS_INVALID',
    message: expect.stringMatching(
      /^the schemas in .*schemas cannot be used:\n  a\.json: is not JSON: see line \d+, column \d+\n  b\.json: attributes\[0\]\.type .*\n  c\.json: cannot be read \(EISDIR\)$/,
    ),
  });
});

test('a process that serves SCIM refuses to start with such a file, before anything is opened', async () => {
  await put('a.json', '[');
  const log = createLog({ level: 'error', destination: { write: () => undefined } });
  const config = readConfig({
    DATA_DIR: dataDir,
    DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
    ENCRYPTION_KEYS: `a:${Buffer.alloc(32).toString('base64')}`,
  });
  const parts = { web: true, worker: false };
  const options = { config, log, parts, acceptKeyLoss: false, onStuck: () => undefined };
  await expect(serve(options)).rejects.toMatchObject({ code: 'SCHEMAS_INVALID' });
});
