import { spawnSync } from 'node:child_process';
import { createSecretKey } from 'node:crypto';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { HostKey } from '../src/lifecycle/host-key.js';
import { createLog, type Log } from '../src/log.js';

const SECRET = '7391528460';

type Line = Record<string, unknown> & { err: Record<string, unknown> & { cause: Record<string, unknown> } };

/** What a log writes while `talk` runs. */
function written(talk: (log: Log) => void, level = 'debug'): { text: string; lines: Line[] } {
  let text = '';
  talk(createLog({ level, destination: { write: (line) => void (text += line) } }));
  return {
    text,
    lines: text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line)),
  };
}

describe('a line', () => {
  test('is JSON with level, time, message and the fields given, and nothing else', () => {
    const { lines } = written((log) =>
      log.info({ jobId: 'j1', attempt: 2, personId: undefined }, 'job done'),
    );
    expect(lines).toEqual([
      { level: 'info', time: expect.stringMatching(/^\d{4}-.*Z$/), jobId: 'j1', attempt: 2, msg: 'job done' },
    ]);
  });

  test('goes to stderr, since stdout is data', () => {
    const program = `import { createLog } from './src/log.ts'; createLog({ level: 'info' }).info('hello');`;
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '-e', program],
      {
        cwd: new URL('..', import.meta.url),
        encoding: 'utf8',
      },
    );
    expect(stdout).toBe('');
    expect(stderr).toContain('"msg":"hello"');
  });

  test('below the level is not written', () => {
    expect(written((log) => log.info('hello'), 'warn').text).toBe('');
    expect(written((log) => log.error('hello'), 'silent').text).toBe('');
  });
});

describe('a secret', () => {
  test.each([
    'authorization',
    'Authorization',
    'proxy-authorization',
    'cookie',
    'set-cookie',
    'token',
    'accessToken',
    'access_token',
    'ZOOM_ACCESS_TOKEN',
    'secret',
    'clientSecret',
    'secrets',
    'password',
    'host_key',
    'hostKey',
    'newHostKey',
    'sealed',
    'digits',
    'ENCRYPTION_KEYS',
    'DATABASE_URL',
    'body',
    'rawBody',
    'headers',
  ])('in a field called %s is hidden at any depth, also in children of children', (name) => {
    const secret = { [name]: SECRET };
    const { text, lines } = written((log) => {
      log.info(secret, 'flat');
      log.info({ a: { b: [secret, { c: secret }] } }, 'deep');
      log.child(secret).info('child');
      log.child({ jobId: 'j' }).child({ x: secret }, { level: 'info' }).info(secret, 'grandchild');
      log.error({ err: Object.assign(new Error('no'), secret) }, 'failed');
    });
    expect(lines).toHaveLength(5);
    expect(lines[0]).toMatchObject({ [name]: '[hidden]', msg: 'flat' });
    expect(lines[3]).toMatchObject({ jobId: 'j', msg: 'grandchild' });
    expect(text).not.toContain(SECRET);
  });

  test('is not written when it is a host key, bytes, a key object, or part of a request', () => {
    const request = new IncomingMessage(new Socket());
    request.headers.authorization = SECRET;
    const { lines, text } = written((log) =>
      log.info(
        {
          key: HostKey.parse(SECRET),
          bytes: Buffer.from(SECRET),
          ring: createSecretKey(SECRET, 'utf8'),
          request,
          map: new Map([['key', SECRET]]),
        },
        'shown',
      ),
    );
    expect(lines[0]).toMatchObject({
      key: '••••••',
      bytes: '[bytes]',
      ring: '[SecretKeyObject]',
      request: '[IncomingMessage]',
      map: '[Map]',
    });
    expect(text).not.toContain(SECRET);
  });

  test('leaves its neighbours readable', () => {
    const fields = { tokenId: 't1', hostKeyLength: 6, code: 'X', at: new Date(0), list: [1, 'a', null] };
    expect(written((log) => log.info(fields, 'shown')).lines[0]).toMatchObject({
      ...fields,
      at: '1970-01-01T00:00:00.000Z',
    });
  });
});

describe('an error', () => {
  test('keeps type, code, message, stack and causes, and drops everything else it carries', () => {
    class ApiError extends Error {
      readonly code = 'ERR_API';
      readonly options = { headers: { authorization: SECRET }, json: { x: SECRET } };
      readonly response = { body: SECRET };
      readonly detail = `Key (value)=(${SECRET}) already exists.`;
    }
    const cause = new ApiError('refused', { cause: 'because' });
    const { lines, text } = written((log) => log.error({ err: new TypeError('no', { cause }) }, 'gave up'));
    expect(lines[0]!.err).toMatchObject({ type: 'TypeError', message: 'no' });
    expect(lines[0]!.err.stack).toContain('log.test');
    expect(Object.keys(lines[0]!.err.cause).sort()).toEqual(['cause', 'code', 'message', 'stack', 'type']);
    expect(lines[0]!.err.cause).toMatchObject({ type: 'ApiError', code: 'ERR_API', cause: 'because' });
    expect(text).not.toContain(SECRET);
  });

  test('of many keeps each', () => {
    const error = new AggregateError([new Error('one'), new RangeError('two')], 'all failed');
    const { lines } = written((log) => log.error(error));
    expect(lines[0]).toMatchObject({
      msg: 'all failed',
      err: { errors: [{ message: 'one' }, { type: 'RangeError' }] },
    });
  });

  test('that goes in circles is written all the same', () => {
    const error = new Error('round');
    error.cause = error;
    const circle: Record<string, unknown> = { err: error };
    circle.circle = circle;
    expect(written((log) => log.error(circle, 'failed')).text).toContain('[deep]');
  });
});

test('an alert is a line with its code and a count, which children share and no level hides', () => {
  const talk = (log: Log) => {
    log.child({ source: 'okta' }).alert('QUEUE_PAUSED', { code: 'ZOOM_SCOPE_MISSING' }, 'queue paused');
    expect(log.alerts.get('QUEUE_PAUSED')).toBe(1);
    expect(log.alerts.get('KEY_CONTESTED')).toBe(0);
  };
  const { lines } = written(talk);
  const fields = { source: 'okta', alert: 'QUEUE_PAUSED', code: 'ZOOM_SCOPE_MISSING' };
  expect(lines).toEqual([{ level: 'error', time: expect.any(String), ...fields, msg: 'queue paused' }]);
  expect(written(talk, 'silent').lines).toEqual([]);
});
