import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { CliOptions } from '../../src/admin/cli/context.js';
import { isToken } from '../../src/http/bearer.js';
import { StoreUnavailable } from '../../src/records/database.js';
import { type Door, openDoor, PUBLIC_URL } from './door.js';
import { fail, giveKey, join, joinWithKey } from './people.js';

const SECRET = 'zoom-secret-token-739152';
const ESCAPE = '\u001b';

let door: Door;
beforeAll(async () => {
  door = await openDoor();
});
afterAll(() => door.close());

const run = (args: string, more?: Partial<CliOptions>) => door.run(args.split(' '), more);
const files = (content: string): Partial<CliOptions> => ({ readFile: async () => content });

describe('with --json', () => {
  test('stdout is one line of JSON and nothing else; talk goes to stderr', async () => {
    const { code, stdout, stderr } = await run(
      'source add okta --kind scim --domain example.com example.org --json',
    );
    expect(code).toBe(0);
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
    const shown = JSON.parse(stdout);
    expect(shown).toEqual({ name: 'okta', kind: 'scim', url: `${PUBLIC_URL}/scim/v2`, token: shown.token });
    expect(isToken(shown.token)).toBe(true);
    expect(stderr).toContain('shown only now');
    expect(stderr).not.toContain(shown.token);
  });

  test('a source is listed with what it was added with', async () => {
    await run('source add badges --kind scim --presence-only --domain Example.com example.org --json');
    const { sources } = JSON.parse((await run('source list --json')).stdout);
    expect(sources).toContainEqual(
      expect.objectContaining({
        name: 'badges',
        domains: ['example.com', 'example.org'],
        observed: false,
        presenceOnly: true,
      }),
    );
  });

  test('a token is printed as the contract says', async () => {
    const { stdout } = await run('token create portal --scope keys:read jobs:read --expires 30 --json');
    const made = JSON.parse(stdout);
    expect(Object.keys(made)).toEqual(['name', 'token', 'scopes', 'expiresAt']);
    expect(made).toMatchObject({ name: 'portal', scopes: ['keys:read', 'jobs:read'] });
  });

  test('a further token of a source is printed with its source, listed by it and revoked by name', async () => {
    await run('source add many --kind scim');
    const made = JSON.parse((await run('token create next --source many --expires 90 --json')).stdout);
    expect(made).toMatchObject({
      name: 'next',
      source: 'many',
      scopes: ['scim'],
      expiresAt: expect.any(String),
    });
    const listed = (await run('token list --source many')).stdout;
    expect(listed).toMatch(/expires +revoked +last used/);
    expect(listed).toMatch(/next +scim +many/);
    expect((await run('token revoke next --source many')).stdout).toBe('next is revoked\n');
    expect((await run('token revoke next')).code).toBe(1);
  });

  test.each([
    'source list',
    'token list --limit 1',
    'jobs list --state failed',
    'events list --outcome applied',
  ])('%s prints a list with nextCursor', async (args) => {
    const { code, stdout } = await run(`${args} --json`);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toHaveProperty('nextCursor');
  });

  test('an error leaves stdout empty', async () => {
    const { code, stdout, stderr } = await run('jobs show 01900000-0000-7000-8000-000000000000 --json');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^error JOB_UNKNOWN: there is no job/);
  });
});

describe('a secret', () => {
  test('is read from a file, without the line end, and never stands among the arguments', async () => {
    const { stdout } = await run(
      'source add zoom --kind zoom --secret-file s --json',
      files(`${SECRET}\r\n`),
    );
    expect(JSON.parse(stdout).secret).toBe(SECRET);
    const rotated = await run(
      'source rotate zoom --secret-file s --overlap 1 --json',
      files('another-secret\n'),
    );
    expect(JSON.parse(rotated.stdout)).toMatchObject({
      secret: 'another-secret',
      previousUntil: expect.any(String),
    });
  });

  test('in a file that cannot be read, or cannot be a secret, is wrong usage, and not repeated', async () => {
    const missing = { readFile: () => Promise.reject(Object.assign(new Error('x'), { code: 'ENOENT' })) };
    const unread = await run('source add zoom-2 --kind zoom --secret-file s', missing);
    expect([unread.code, unread.stderr]).toEqual([
      2,
      expect.stringContaining('secret-file: cannot be read (ENOENT)'),
    ]);
    const bad = await run('source add zoom-2 --kind zoom --secret-file s', files(`${SECRET}\n${SECRET}`));
    expect(bad.code).toBe(2);
    expect(bad.stderr).not.toContain(SECRET);
  });

  test('that was made is shown even when the connections cannot be closed', async () => {
    const openAdmin = async () => ({
      operations: door.operations,
      close: () => Promise.reject(new Error('x')),
    });
    const { code, stdout } = await run('source rotate okta --json', { openAdmin });
    expect(code).toBe(0);
    expect(isToken(JSON.parse(stdout).token)).toBe(true);
  });
});

describe('what people read', () => {
  test('is a table, bold only on a terminal', async () => {
    const plain = await run('source list');
    expect(plain.stdout).toMatch(/^name +kind +domains/);
    expect(plain.stdout).toMatch(/okta +scim +example.com, example.org +no +no/);
    expect(plain.stdout).not.toContain(ESCAPE);
    expect((await run('source list', { colour: true })).stdout).toContain(`${ESCAPE}[1m`);
  });

  test('cannot steer the terminal, whatever a source calls people', async () => {
    const { id } = await join(door, 'evil@example.com');
    await door.sql('UPDATE people SET name = $2 WHERE id = $1', [id, `${ESCAPE}]0;owned\u0007\u202egnp.exe`]);
    const { stdout } = await run(`people show ${id}`);
    expect(stdout).toContain('\uFFFD]0;owned\uFFFD\uFFFDgnp.exe');
  });

  test('says how a list goes on', async () => {
    await join(door, 'finn@example.com');
    const { stderr } = await run('events list --limit 1');
    const cursor = /--cursor (\S+)/.exec(stderr)?.[1];
    expect((await run(`events list --limit 1 --cursor ${cursor}`)).code).toBe(0);
  });
});

describe('a host key', () => {
  test('is shown by mail and by Zoom user id, and the audit names the user of the system', async () => {
    const { id, zoomUserId } = await joinWithKey(door, 'ann@example.com', '048213');
    expect((await run('lookup ann@example.com')).stdout).toMatch(/host key +048213/);
    expect(JSON.parse((await run(`lookup ${zoomUserId} --json`)).stdout)).toMatchObject({
      hostKey: '048213',
    });
    const lines = await door.sql(`SELECT actor FROM audit WHERE person_id = $1`, [id]);
    expect(lines).toEqual([{ actor: 'cli:ann' }, { actor: 'cli:ann' }]);
  });

  test('in change is shown with the other one, and what to do is said', async () => {
    const person = await joinWithKey(door, 'bob@example.com', '551203');
    await giveKey(door, person, '884190', 2, 'pending');
    const { stdout, stderr } = await run('lookup bob@example.com');
    expect(stdout).toMatch(/551203/);
    expect(stdout).toMatch(/884190/);
    expect(stderr).toContain('try the other');
  });

  test('is nowhere but in the answer to lookup', async () => {
    const { id, jobId } = await joinWithKey(door, 'cleo@example.com', '739152');
    for (const args of [
      `people show ${id}`,
      `jobs show ${jobId}`,
      'jobs list',
      'events list',
      `people rotate ${id}`,
    ]) {
      for (const form of [args, `${args} --json`]) {
        const { code, stdout, stderr } = await run(form);
        expect([form, code]).toEqual([form, 0]);
        expect(stdout + stderr).not.toContain('739152');
      }
    }
    expect(door.logged()).not.toContain('739152');
  });
});

describe('failed jobs', () => {
  test('are run again by id, by filter, or all', async () => {
    const ann = await join(door, 'gina@example.com');
    for (const how of [ann.jobId, '--all-failed', '--code ZOOM_REFUSED', '--state failed']) {
      await fail(door, ann);
      const { code, stdout } = await run(`jobs rerun ${how} --json`);
      expect([how, code, JSON.parse(stdout)]).toEqual([
        how,
        0,
        { jobs: [{ id: ann.jobId, outcome: 'queued' }] },
      ]);
    }
    expect((await run('jobs rerun --all-failed')).stdout).toBe('no failed job fits\n');
    const again = await run(`jobs rerun ${ann.jobId}`);
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('JOB_NOT_FAILED')]);
  });

  test('are not run again by an id and a filter, nor by nothing: wrong usage', async () => {
    const { jobId } = await join(door, 'hank@example.com');
    expect((await run(`jobs rerun ${jobId} --code ZOOM_REFUSED`)).code).toBe(2);
    expect((await run('jobs rerun')).code).toBe(2);
  });
});

describe('wrong usage', () => {
  test.each([
    '',
    'souce list',
    'source',
    'source ad okta',
    'source add okta',
    'source add okta --kind',
    'source add Okta! --kind scim',
    'source add x --kind ldap',
    'source list --nope',
    'token create x',
    'token create x --scope everything',
    'token create x --source okta --scope admin',
    'token create x --scope admin --expires never',
    'jobs list --limit many',
    'jobs list --state lost',
    'lookup',
    'people clear',
  ])('is exit code 2, says why on stderr, and touches nothing: %j', async (args) => {
    const { code, stdout, stderr } = await door.run(args === '' ? [] : args.split(' '));
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).not.toBe('');
  });

  test('is not asking for help, or for the version', async () => {
    const { code, stdout, stderr } = await run('source add --help');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('--secret-file');
    expect((await run('--version')).stdout).toBe('0.0.0\n');
  });

  test('opens no database', async () => {
    const openAdmin = jest.fn<CliOptions['openAdmin']>();
    await run('source ad okta', { openAdmin });
    expect(openAdmin).not.toHaveBeenCalled();
  });
});

describe('a failure', () => {
  test.each([
    [
      new StoreUnavailable(new Error('connect ECONNREFUSED 127.0.0.1:5432')),
      'STORE_UNAVAILABLE',
      'ECONNREFUSED',
    ],
    [
      Object.assign(new Error('PORT: must be a number'), { code: 'CONFIG_INVALID' }),
      'CONFIG_INVALID',
      'PORT',
    ],
    [new Error('what is this'), 'UNEXPECTED', 'what is this'],
  ])('is exit code 1, with its code and what was wrong: %s', async (error, name, words) => {
    const { code, stdout, stderr } = await run('source list --json', {
      openAdmin: () => Promise.reject(error),
    });
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(new RegExp(`^error ${name}: `));
    expect(stderr).toContain(words);
    expect(stderr).toContain('docs/errors.md');
  });
});

describe('the commands of the process itself', () => {
  test('get their options and give the exit code', async () => {
    const asked: unknown[] = [];
    const record = (name: string) => async (options: unknown) => {
      asked.push([name, options]);
      return 7;
    };
    const names = ['serve', 'web', 'worker', 'rehearse'] as const;
    const starts = Object.fromEntries(names.map((name) => [name, record(name)]));
    const runs = { ...starts, migrate: async () => ({ applied: ['001'] }) } as unknown as CliOptions['run'];
    for (const args of ['serve', 'serve --accept-key-loss', 'web', 'worker', 'rehearse --exit', 'rehearse']) {
      expect((await run(args, { run: runs })).code).toBe(7);
    }
    expect(asked).toEqual([
      ['serve', { acceptKeyLoss: false }],
      ['serve', { acceptKeyLoss: true }],
      ['web', { acceptKeyLoss: false }],
      ['worker', { acceptKeyLoss: false }],
      ['rehearse', { exit: true }],
      ['rehearse', { exit: false }],
    ]);
    expect((await run('migrate --json', { run: runs })).stdout).toBe('{"applied":["001"]}\n');
  });

  test('doctor fails when something is not well, and says what', async () => {
    const doctor = {
      config: () => undefined,
      database: async () => ({ clockSkewMs: 0 }),
      queue: () => Promise.reject(Object.assign(new Error('no connection'), { code: 'ECONNREFUSED' })),
      keys: async () => 0,
      credentials: async () => [],
      zoom: async () => ({ missingScopes: [], clockSkewMs: 0 }),
    };
    const { code, stdout } = await run('doctor', { run: { doctor } as unknown as CliOptions['run'] });
    expect(code).toBe(1);
    expect(stdout).toMatch(/queue +failed +ECONNREFUSED +no connection/);
    const well = { ...doctor, queue: async () => 0 };
    const healthy = await run('doctor --json', { run: { doctor: well } as unknown as CliOptions['run'] });
    expect(healthy.code).toBe(0);
    expect(JSON.parse(healthy.stdout).findings).toHaveLength(8);
  });
});
