import { describe, expect, test } from '@jest/globals';
import { toOauthProblem } from '../../src/inbound/oauth/error.js';
import { toScimError } from '../../src/inbound/scim/failure.js';
import { toStoreProblem } from '../../src/inbound/store-problem.js';
import { StoreUnavailable } from '../../src/records/database.js';
import { Prisma } from '../../src/records/generated/client.js';

const away = {
  'a transaction': new StoreUnavailable(new Error('connection lost')),
  Prisma: new Prisma.PrismaClientKnownRequestError('not reachable', { code: 'P1001', clientVersion: '7' }),
  'a socket': Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }),
};

describe.each(Object.entries(away))('a database that is away, as %s says it,', (_who, error) => {
  test.each([
    ['under /scim', toScimError],
    ['at /oauth', toOauthProblem],
    ['at every other door', toStoreProblem],
  ])('is a 503 with Retry-After %s', (_where, told) => {
    expect(told(error)).toMatchObject({
      status: 503,
      code: 'STORE_UNAVAILABLE',
      headers: { 'Retry-After': '5' },
      cause: error,
    });
  });
});

test.each([
  ['a mistake of ours', new TypeError('no function')],
  [
    'a name that is taken',
    new Prisma.PrismaClientKnownRequestError('', { code: 'P2002', clientVersion: '7' }),
  ],
])('%s is none', (_what, error) => {
  expect(toStoreProblem(error)).toBeUndefined();
  expect([toScimError(error).status, toOauthProblem(error).status]).toEqual([500, 500]);
});
