import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { parseEncryptionKeys } from '../../src/config/encryption-keys.js';
import { createLog } from '../../src/log.js';
import { KeyFileError, readOrMakeKeyFile } from '../../src/records/key-file.js';

let folder: string;
let dataDir: string;
let logged: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'key-file-'));
  dataDir = join(folder, 'deep', 'data');
  logged = '';
});
afterEach(() => rmSync(folder, { recursive: true }));

const log = createLog({ level: 'info', destination: { write: (line) => void (logged += line) } });
const read = (): Promise<string> => readOrMakeKeyFile({ dataDir, parse: (text) => text, log });

describe('the key file', () => {
  test('is made once, with a warning, for its owner only, and stays', async () => {
    const first = await read();
    expect(logged).toContain('"level":"warn"');
    expect(logged).toContain('encryption key made');
    expect(logged).not.toContain(first.split(':')[1]);
    expect(statSync(join(dataDir, 'encryption-keys')).mode & 0o777).toBe(0o600);
    logged = '';
    expect(await read()).toBe(first);
    expect(logged).toBe('');
    expect(readdirSync(dataDir)).toEqual(['encryption-keys']);
  });

  test('is of the form of ENCRYPTION_KEYS', async () => {
    const [key] = await readOrMakeKeyFile({ dataDir, parse: parseEncryptionKeys, log });
    expect(key!.key.symmetricKeySize).toBe(32);
  });

  test('is the same for all who start at once in one process', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, read));
    expect(new Set(all).size).toBe(1);
    expect(logged.match(/encryption key made/g)).toHaveLength(1);
    expect(readdirSync(dataDir)).toEqual(['encryption-keys']);
  });

  test('is the same for all processes that start at once', async () => {
    const program = `
      import { createLog } from './src/log.ts';
      import { readOrMakeKeyFile } from './src/records/key-file.ts';
      const log = createLog({ level: 'silent' });
      console.log(await readOrMakeKeyFile({ dataDir: ${JSON.stringify(dataDir)}, parse: (text) => text, log }));`;
    const run = async (): Promise<string> => {
      const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
        cwd: new URL('../..', import.meta.url),
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let output = '';
      child.stdout.on('data', (chunk) => (output += String(chunk)));
      expect(await once(child, 'close')).toEqual([0, null]);
      return output;
    };
    const outputs = await Promise.all(Array.from({ length: 4 }, run));
    expect(new Set(outputs)).toEqual(new Set([readFileSync(join(dataDir, 'encryption-keys'), 'utf8')]));
  });

  test('that others may read is warned about at every start', async () => {
    await read();
    chmodSync(join(dataDir, 'encryption-keys'), 0o644);
    logged = '';
    await read();
    expect(logged).toContain('encryption key file found open to others');
  });

  test('that does not hold keys is an error, and is left as it is', async () => {
    const [key] = await readOrMakeKeyFile({ dataDir, parse: parseEncryptionKeys, log });
    const broken = key!.key.export().toString('base64');
    writeFileSync(join(dataDir, 'encryption-keys'), broken);
    const reading = readOrMakeKeyFile({ dataDir, parse: parseEncryptionKeys, log });
    const error: unknown = await reading.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(KeyFileError);
    expect(error).toMatchObject({ code: 'KEY_FILE_UNREADABLE' });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(broken);
    expect(readFileSync(join(dataDir, 'encryption-keys'), 'utf8')).toBe(broken);
  });
});
