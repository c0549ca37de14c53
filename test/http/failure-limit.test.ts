import { describe, expect, test } from '@jest/globals';
import {
  type Caller,
  createFailureLimit,
  type FailureLimitOptions,
  networkOf,
} from '../../src/http/failure-limit.js';
import { Problem } from '../../src/http/problem.js';

const HERE: Caller = { ip: '192.0.2.7' };
const ELSEWHERE: Caller = { ip: '198.51.100.9' };
const problem = (status: number, code = 'TOKEN_INVALID') => new Problem({ status, code, detail: '-' });

function openLimit(options: Partial<FailureLimitOptions> = {}) {
  const now = { ms: 7_000 };
  const asked: string[] = [];
  const isInForce = async (credential: string) => {
    asked.push(credential);
    return credential === 'good';
  };
  const failures = createFailureLimit({ isInForce, limit: 3, clock: () => now.ms, ...options });
  /** What a request with that credential is told: `in` when it may be looked up. */
  const admit = (caller: Caller, credential?: string) =>
    failures
      .admit(caller, () => credential)
      .then(
        () => 'in',
        (error: unknown) => {
          if (!(error instanceof Problem)) throw error;
          return `${error.status} ${error.code} ${error.headers['Retry-After']}`;
        },
      );
  const fail = (caller: Caller, times = 1) => {
    const refused = Array.from({ length: times }, () => failures.refuse(caller, problem(401)));
    return refused.map((error) => (error as Problem).status);
  };
  return { now, asked, failures, admit, fail };
}

describe('who fails again and again', () => {
  test('is refused before a look-up, until the minute is over', async () => {
    const { now, admit, fail } = openLimit();
    expect(fail(HERE, 3)).toEqual([401, 401, 401]);
    now.ms += 10_500;
    expect(await admit(HERE, 'guess')).toBe('429 AUTH_FAILURES_LIMITED 50');
    expect(await admit(HERE)).toBe('429 AUTH_FAILURES_LIMITED 50');
    now.ms += 49_500;
    expect(await admit(HERE, 'guess')).toBe('in');
  });

  test('passes with a credential that is in force: an office may share the address', async () => {
    const { admit, fail } = openLimit();
    fail(HERE, 50);
    expect(await admit(HERE, 'good')).toBe('in');
    expect(await admit(HERE, 'guess')).toMatch(/^429/);
  });

  test('is nobody from another address', async () => {
    const { asked, admit, fail } = openLimit();
    fail(HERE, 50);
    expect(await admit(ELSEWHERE, 'guess')).toBe('in');
    expect(asked).toEqual([]);
  });

  test('is answered 429 also where the proof is in the request itself', () => {
    const { fail } = openLimit();
    expect(fail(HERE, 5)).toEqual([401, 401, 401, 429, 429]);
  });

  test('is known as an OAuth client from whatever address', async () => {
    const { admit, fail } = openLimit();
    for (const ip of ['192.0.2.1', '192.0.2.2', '192.0.2.3']) fail({ ip, clientId: 'c1' });
    expect(await admit({ ...ELSEWHERE, clientId: 'c1' }, 'guess')).toMatch(/^429/);
    expect(await admit({ ...ELSEWHERE, clientId: 'c1' }, 'good')).toBe('in');
    expect(await admit({ ...ELSEWHERE, clientId: 'c2' }, 'guess')).toBe('in');
    expect(await admit(ELSEWHERE, 'guess')).toBe('in');
  });
});

test('whoever never failed is not even looked at', async () => {
  const { asked, failures } = openLimit();
  const read = (): string => {
    throw new Error('read');
  };
  const caller = Object.defineProperty({}, 'ip', { get: read });
  await failures.admit(caller, read);
  expect(asked).toEqual([]);
});

test('only what says that nobody knows the caller is counted', async () => {
  const { failures, admit } = openLimit();
  const others = [problem(403), problem(404, 'NOT_FOUND'), problem(429), problem(503), new Error('x')];
  for (let round = 0; round < 5; round++) {
    for (const error of others) expect(failures.refuse(HERE, error)).toBe(error);
  }
  expect(await admit(HERE, 'guess')).toBe('in');
  for (let round = 0; round < 3; round++) failures.refuse(HERE, problem(404, 'SOURCE_UNKNOWN'));
  expect(await admit(HERE, 'guess')).toMatch(/^429/);
});

test('a failure in asking what is in force is passed on, and takes nobody for known', async () => {
  const down = new Error('the database is down');
  const { failures, fail } = openLimit({ isInForce: () => Promise.reject(down) });
  fail(HERE, 3);
  await expect(failures.admit(HERE, () => 'good')).rejects.toBe(down);
});

test('callers without number cost no memory without end, and hide nobody who fails now', async () => {
  const { admit, fail } = openLimit();
  for (let one = 0; one < 12_000; one++) fail({ ip: `10.${one >> 16}.${(one >> 8) & 255}.${one & 255}` });
  fail(HERE, 3);
  expect(await admit(HERE, 'guess')).toMatch(/^429/);
});

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:db8:1:2::9', '2001:db8:1:2'],
  ['2001:0db8:0001:0002::', '2001:db8:1:2'],
  ['2001:db8::1', '2001:db8:0:0'],
  ['::1', '0:0:0:0'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
  ['no address', 'no address'],
])('%s is one of %s: whoever has one address of IPv6 has a whole /64', (ip, network) => {
  expect(networkOf(ip)).toBe(network);
});
