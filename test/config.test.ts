import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { ConfigError } from '../src/config/errors.js';
import { type Config, readConfig, requireZoom } from '../src/config.js';

const KEY = Buffer.alloc(32, 7).toString('base64');
const OLD_KEY = Buffer.alloc(32, 8).toString('base64');

type Env = Record<string, string | undefined>;

function problemsOf(read: () => unknown): string[] {
  try {
    read();
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ name, reason }) => `${name}: ${reason}`);
    throw error;
  }
  return [];
}

const problems = (env: Env, files: Record<string, string> = {}): string[] =>
  problemsOf(() => readConfig(env, readFrom(files)));

const names = (env: Env): string[] => problems(env).map((problem) => problem.split(':')[0]!);

function readFrom(files: Record<string, string>): (path: string) => string {
  return (path) => {
    const text = files[path];
    if (text === undefined) throw Object.assign(new Error(`no such file: ${path}`), { code: 'ENOENT' });
    return text;
  };
}

describe('an empty environment', () => {
  test('is enough to start on the embedded default', () => {
    expect(readConfig({})).toEqual({
      host: '127.0.0.1',
      port: 8080,
      publicUrl: undefined,
      trustProxy: ['loopback'],
      scimLimit: { ratePerSecond: 5_000, burst: 20_000 },
      dataDir: '.hostkeeper',
      databaseUrl: undefined,
      redis: undefined,
      encryptionKeys: undefined,
      zoom: {
        apiUrl: 'https://api.zoom.us/v2',
        tokenUrl: 'https://zoom.us/oauth/token',
        plan: 'pro',
        rateShare: 0.5,
      },
      policy: {
        hostKeyLength: 6,
        onTransfer: 'rotate',
        waitForZoomDays: 30,
        brakePercent: 2,
        brakeMinimum: 10,
      },
      oidc: undefined,
      metricsPort: 9464,
      logLevel: 'info',
      clockSpeed: 1,
    });
  });

  test('is not told from one of empty and blank values', () => {
    expect(readConfig({ PORT: '', REDIS_URL: '  ', DATABASE_URL: '', ZOOM_CLIENT_SECRET_FILE: '' })).toEqual(
      readConfig({}),
    );
  });
});

describe('a full environment', () => {
  const full: Env = {
    HOST: '::',
    PORT: '0',
    PUBLIC_URL: 'https://keys.example.com/zoom/',
    DATA_DIR: '/var/lib/hostkeeper',
    DATABASE_URL: 'postgresql://hostkeeper:s3cret@db.example.com/hostkeeper',
    REDIS_URL: 'redis://cache.example.com',
    ENCRYPTION_KEYS: `new:${KEY},old:${OLD_KEY}`,
    ZOOM_ACCOUNT_ID: 'account',
    ZOOM_CLIENT_ID: 'client',
    ZOOM_CLIENT_SECRET: ' secret ',
    ZOOM_API_URL: 'http://127.0.0.1:4000/zoom/v2/',
    ZOOM_TOKEN_URL: 'http://127.0.0.1:4000/token',
    ZOOM_PLAN: 'Business',
    ZOOM_RATE_SHARE: '1',
    ZOOM_RATE_LIGHT: '40',
    ZOOM_RATE_MEDIUM: '10',
    HOST_KEY_LENGTH: '10',
    ON_TRANSFER: 'keep',
    WAIT_FOR_ZOOM_DAYS: '7',
    BRAKE_PERCENT: '0.5',
    BRAKE_MINIMUM: '0',
    OIDC_ISSUER: 'https://id.example.com/',
    OIDC_CLIENT_ID: 'portal',
    OIDC_CLIENT_SECRET: 'hush',
    OIDC_PERSON_CLAIM: 'email',
    OIDC_ADMIN_GROUPS: 'it-admins, zoom-admins',
    METRICS_PORT: '0',
    LOG_LEVEL: 'DEBUG',
    CLOCK_SPEED: '60',
  };

  test('is read into our words', () => {
    expect(readConfig(full)).toMatchObject({
      host: '::',
      port: 0,
      publicUrl: 'https://keys.example.com/zoom',
      encryptionKeys: [{ id: 'new' }, { id: 'old' }],
      zoom: {
        clientSecret: 'secret',
        apiUrl: 'http://127.0.0.1:4000/zoom/v2',
        plan: 'business',
        rateShare: 1,
        rateLight: 40,
        rateMedium: 10,
      },
      policy: {
        hostKeyLength: 10,
        onTransfer: 'keep',
        waitForZoomDays: 7,
        brakePercent: 0.5,
        brakeMinimum: 0,
      },
      oidc: { issuer: 'https://id.example.com', adminGroups: ['it-admins', 'zoom-admins'] },
      metricsPort: 0,
      logLevel: 'debug',
      clockSpeed: 60,
    });
  });

  test('cannot be changed afterwards, not even deep down', () => {
    const config = readConfig(full);
    const parts = [config, config.zoom, config.policy, config.oidc!, config.oidc!.adminGroups, config.redis!];
    expect([...parts, config.encryptionKeys!, config.encryptionKeys![0]!].every(Object.isFrozen)).toBe(true);
  });

  test('does not print its encryption keys', () => {
    const { encryptionKeys } = readConfig(full);
    const printed = inspect(encryptionKeys, { depth: 9, showHidden: true }) + JSON.stringify(encryptionKeys);
    expect(printed).not.toContain(KEY);
    expect(printed).not.toContain(Buffer.alloc(32, 7).toString('hex').slice(0, 8));
    expect(encryptionKeys!.map(({ key }) => key.export().toString('base64'))).toEqual([KEY, OLD_KEY]);
  });
});

describe('a wrong environment', () => {
  const wrong: Env = {
    HOST: 'h!dden',
    PORT: 'h1dden',
    PUBLIC_URL: 'ftp://h1dden',
    DATABASE_URL: 'mysql://h1dden',
    REDIS_URL: 'h1dden',
    ZOOM_API_URL: 'h1dden',
    ZOOM_TOKEN_URL: 'https://user:h1dden@zoom.us',
    ZOOM_PLAN: 'h1dden',
    ZOOM_RATE_SHARE: '0',
    ZOOM_RATE_LIGHT: '-1',
    ZOOM_RATE_MEDIUM: '1.5',
    HOST_KEY_LENGTH: '11',
    ON_TRANSFER: 'h1dden',
    WAIT_FOR_ZOOM_DAYS: '0',
    BRAKE_PERCENT: '101',
    BRAKE_MINIMUM: '1e1',
    OIDC_ISSUER: 'h1dden',
    METRICS_PORT: '65536',
    LOG_LEVEL: 'h1dden',
    CLOCK_SPEED: 'Infinity',
    OIDC_CLIENT_SECRET_FILE: '/h1dden',
    ZOOM_CLIENT_SECRE: 'h1dden',
  };

  test('is refused with every problem at once', () => {
    expect(names(wrong).sort()).toEqual(
      [
        ...Object.keys(wrong),
        'ENCRYPTION_KEYS',
        'OIDC_CLIENT_ID',
        'OIDC_PERSON_CLAIM',
        'OIDC_ADMIN_GROUPS',
      ].sort(),
    );
  });

  test('is named by name and never by value, in message, fields and stack', () => {
    try {
      readConfig(wrong, readFrom({}));
    } catch (error) {
      expect(error).toMatchObject({ name: 'ConfigError', code: 'CONFIG_INVALID' });
      expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/h[1!]dden/);
      expect((error as Error).message).toContain('  PORT: must be a whole number from 0 to 65535\n');
    }
    expect.assertions(3);
  });

  test.each(['8080.5', '0x50', '1e3', '-1', '65536', '８０', 'tcp://10.0.0.1:80'])(
    'PORT is no %s',
    (PORT) => {
      expect(names({ PORT })).toEqual(['PORT']);
    },
  );
});

describe('a secret in a file', () => {
  test('is read without the line break at its end', () => {
    const env = { ZOOM_CLIENT_SECRET_FILE: '/run/secret', ENCRYPTION_KEYS_FILE: '/run/keys' };
    const config = readConfig(env, readFrom({ '/run/secret': 'hush\r\n', '/run/keys': `k:${KEY}\n` }));
    expect(config.zoom.clientSecret).toBe('hush');
    expect(config.encryptionKeys).toHaveLength(1);
  });

  test('is read from the disk', () => {
    const folder = mkdtempSync(join(tmpdir(), 'config-'));
    try {
      writeFileSync(join(folder, 'token'), 'from the disk\n');
      const config = readConfig({ ZOOM_ACCESS_TOKEN_FILE: join(folder, 'token') });
      expect(config.zoom.accessToken).toBe('from the disk');
      expect(problemsOf(() => readConfig({ ZOOM_ACCESS_TOKEN_FILE: folder }))).toEqual([
        'ZOOM_ACCESS_TOKEN_FILE: names a file that cannot be read (EISDIR)',
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('that is missing or empty, or given twice, is a problem', () => {
    const env = { REDIS_URL_FILE: '/none', ZOOM_CLIENT_SECRET_FILE: '/empty', OIDC_CLIENT_ID: 'a' };
    expect(problems({ ...env, OIDC_CLIENT_ID_FILE: '/b' }, { '/empty': '\n' }).slice(0, 3)).toEqual([
      'REDIS_URL_FILE: names a file that cannot be read (ENOENT)',
      'ZOOM_CLIENT_SECRET_FILE: names an empty file',
      'OIDC_CLIENT_ID: is given twice: remove OIDC_CLIENT_ID or OIDC_CLIENT_ID_FILE',
    ]);
  });
});

describe('a misspelt name', () => {
  test.each([
    ['REDIS_ULR', 'REDIS_URL'],
    ['REDIS_URI', 'REDIS_URL'],
    ['DATABSE_URL', 'DATABASE_URL'],
    ['ZOOM_CLIENT_SECRETT', 'ZOOM_CLIENT_SECRET'],
    ['ZOOM_CLIENT_SECRET_FIEL', 'ZOOM_CLIENT_SECRET_FILE'],
    ['METRIC_PORT', 'METRICS_PORT'],
    ['log_level', 'LOG_LEVEL'],
  ])('%s is pointed out', (name, meant) => {
    expect(problems({ [name]: 'x' })).toEqual([`${name}: did you mean ${meant}?`]);
  });

  test('is none of our business when the right one is given, or it is somebody else’s', () => {
    const redis = { REDIS_URL: 'redis://localhost', REDIS_URI: 'redis://localhost' };
    const others = { HOSTS: 'a', POST: 'b', PORTS: 'c', HOSTNAME: 'd', XDG_DATA_DIRS: 'e', REDIS: 'f' };
    expect(problems({ ...redis, ...others, LOG_LEVE: '' })).toEqual([]);
  });
});

describe('settings that go together', () => {
  test('a database of your own needs encryption keys of your own', () => {
    const DATABASE_URL = 'postgres://localhost/hostkeeper';
    expect(problems({ DATABASE_URL })).toEqual(['ENCRYPTION_KEYS: is needed with DATABASE_URL']);
    expect(problems({ DATABASE_URL, ENCRYPTION_KEYS: `k:${KEY}` })).toEqual([]);
    expect(problems({ DATABASE_URL, ENCRYPTION_KEYS_FILE: '/k' }, { '/k': `k:${KEY}` })).toEqual([]);
  });

  test('the clock runs fast only against a Zoom on this machine', () => {
    const at = (ZOOM_API_URL?: string): string[] => names({ CLOCK_SPEED: '10', ZOOM_API_URL });
    for (const host of ['127.0.0.1:80', 'localhost', '[::1]:9', '127.9.9.9', '127.1']) {
      expect(at(`http://${host}/v2`)).toEqual([]);
    }
    for (const host of ['127.0.0.1.example.com', 'localhost.example.com', '10.0.0.1', '0.0.0.0', '[::2]']) {
      expect(at(`http://${host}/v2`)).toEqual(['CLOCK_SPEED']);
    }
    expect(at()).toEqual(['CLOCK_SPEED']);
  });
});

describe('ENCRYPTION_KEYS', () => {
  test.each([
    ['no id', KEY],
    ['a short key', `k:${Buffer.alloc(31).toString('base64')}`],
    ['a long key', `k:${Buffer.alloc(33).toString('base64')}`],
    ['a dot in the id', `a.b:${KEY}`],
    ['an empty entry', `k:${KEY},`],
    ['hex', `k:${Buffer.alloc(32).toString('hex')}`],
    ['the same id twice', `k:${KEY},k:${OLD_KEY}`],
  ])('with %s are refused', (_what, ENCRYPTION_KEYS) => {
    expect(names({ ENCRYPTION_KEYS })).toEqual(['ENCRYPTION_KEYS']);
  });

  test('may be written in base64url, and with blanks after the comma', () => {
    const bytes = Buffer.alloc(32, 0xfb);
    const { encryptionKeys } = readConfig({
      ENCRYPTION_KEYS: `a:${bytes.toString('base64url')}, b:${bytes.toString('base64')}`,
    });
    expect(encryptionKeys!.every(({ key }) => key.export().equals(bytes))).toBe(true);
  });
});

describe('Zoom credentials', () => {
  const zoomOf = (env: Env): Pick<Config, 'zoom'> => readConfig(env);

  test('are all asked for at once by what needs them', () => {
    expect(problemsOf(() => requireZoom(zoomOf({ ZOOM_CLIENT_ID: 'x' })))).toEqual([
      'ZOOM_ACCOUNT_ID: is needed to speak to Zoom',
      'ZOOM_CLIENT_SECRET: is needed to speak to Zoom',
    ]);
  });

  test('are the three of the app, or one fixed token', () => {
    const three = { ZOOM_ACCOUNT_ID: 'a', ZOOM_CLIENT_ID: 'b', ZOOM_CLIENT_SECRET: 'c' };
    expect(requireZoom(zoomOf(three))).toEqual({
      kind: 'server-to-server',
      accountId: 'a',
      clientId: 'b',
      clientSecret: 'c',
    });
    expect(requireZoom(zoomOf({ ...three, ZOOM_ACCESS_TOKEN: 't' }))).toEqual({
      kind: 'fixed-token',
      accessToken: 't',
    });
  });
});
