import { describe, expect, test } from '@jest/globals';
import { BadSetting } from '../../src/config/errors.js';
import { parseRedisUrl } from '../../src/config/redis.js';

describe('one Redis', () => {
  test('needs no more than a host', () => {
    expect(parseRedisUrl('redis://localhost')).toEqual({
      kind: 'single',
      node: { host: 'localhost', port: 6379 },
      db: 0,
      tls: false,
      username: undefined,
      password: undefined,
    });
  });

  test('may have a login, a port, a database and TLS', () => {
    expect(parseRedisUrl('rediss://queue:p%40ss%3Aword@[2001:db8::1]:6380/3')).toEqual({
      kind: 'single',
      node: { host: '2001:db8::1', port: 6380 },
      db: 3,
      tls: true,
      username: 'queue',
      password: 'p@ss:word',
    });
    expect(parseRedisUrl('redis://:secret@cache/')).toMatchObject({
      username: undefined,
      password: 'secret',
    });
  });
});

test('sentinels are asked for the primary by its name', () => {
  expect(parseRedisUrl('redis+sentinel://:pw@s1,s2:26380/main/2?sentinelPassword=a%26b')).toEqual({
    kind: 'sentinel',
    nodes: [
      { host: 's1', port: 26379 },
      { host: 's2', port: 26380 },
    ],
    primary: 'main',
    db: 2,
    tls: false,
    username: undefined,
    password: 'pw',
    sentinelUsername: undefined,
    sentinelPassword: 'a&b',
  });
});

test('a cluster is entered at any of its nodes', () => {
  expect(parseRedisUrl('rediss+cluster://u:pw@n1:7000,n2')).toEqual({
    kind: 'cluster',
    nodes: [
      { host: 'n1', port: 7000 },
      { host: 'n2', port: 6379 },
    ],
    tls: true,
    username: 'u',
    password: 'pw',
  });
});

test.each([
  'localhost:6379',
  'http://localhost',
  'redis:///1',
  'redis://h:0',
  'redis://h:65536',
  'redis://h:port',
  'redis://h/db',
  'redis://h/1/2',
  'redis://h?family=6',
  'redis://a,b',
  'redis://user@h',
  'redis://u:p@ss@h',
  'redis://u:%zz@h',
  'redis://h h',
  'redis+sentinel://a,b',
  'redis+sentinel://a,,b/main',
  'redis+sentinel://a/main/x',
  'redis+sentinel://a/main?db=1',
  'redis+cluster://a/1',
  'redis+other://a',
])('%s is refused, with a reason that does not repeat it', (url) => {
  expect(() => parseRedisUrl(url)).toThrow(BadSetting);
  expect(() => parseRedisUrl(url)).not.toThrow(url);
});
