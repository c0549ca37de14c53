import { describe, expect, test } from '@jest/globals';
import { Problem } from '../../../src/http/problem.js';
import { errorBody } from '../../../src/inbound/oauth/error.js';
import { readTokenRequest } from '../../../src/inbound/oauth/request.js';

const SECRET = 'canary-secret';
const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
const form = (fields: Record<string, string>) => new URLSearchParams(fields).toString();
const GRANT = form({ grant_type: 'client_credentials' });

function failureOf(body: string, authorization?: string) {
  try {
    readTokenRequest(body, authorization);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const { error: name, error_description: detail = '' } = errorBody(error);
    // RFC 6749 §5.2 allows these characters.
    expect(detail).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/);
    expect(detail).not.toContain(SECRET);
    return [error.status, name, error.headers['WWW-Authenticate']?.split(' ')[0]];
  }
  return undefined;
}

describe('a client is read', () => {
  test.each([
    ['from the header', GRANT, basic(`c1:${SECRET}`)],
    ['from the header, in whatever case', GRANT, basic(`c1:${SECRET}`).replace('Basic', 'bASIC')],
    ['from the header, beside its id in the body', `${GRANT}&client_id=c1`, basic(`c1:${SECRET}`)],
    ['from the body', `${GRANT}&${form({ client_id: 'c1', client_secret: SECRET })}`, undefined],
  ])('%s', (_how, body, authorization) => {
    expect(readTokenRequest(body, authorization).client).toEqual({ id: 'c1', secret: SECRET });
  });

  test('from the header percent-decoded, as form encoding has it', () => {
    const odd = { id: 'a b:c%d+ü', secret: 'p&q=r:s/t+u' };
    const encode = (text: string) => encodeURIComponent(text).replaceAll('%20', '+');
    const authorization = basic(`${encode(odd.id)}:${encode(odd.secret)}`);
    expect(readTokenRequest(GRANT, authorization).client).toEqual(odd);
  });

  test('from the header with a colon in the secret that nobody encoded', () => {
    expect(readTokenRequest(GRANT, basic('c1:a:b')).client).toEqual({ id: 'c1', secret: 'a:b' });
  });
});

describe('a client is refused', () => {
  const inBody = `${GRANT}&${form({ client_id: 'c1', client_secret: SECRET })}`;
  test.each([
    ['that says nothing of itself', GRANT, undefined, [401, 'invalid_client', 'Basic']],
    ['without a secret', `${GRANT}&client_id=c1`, undefined, [401, 'invalid_client', 'Basic']],
    [
      'with an empty secret',
      `${GRANT}&client_id=c1&client_secret=`,
      undefined,
      [401, 'invalid_client', 'Basic'],
    ],
    ['that shows a token', GRANT, 'Bearer hk_x', [401, 'invalid_client', 'Basic']],
    ['whose header is not base64', GRANT, 'Basic %%%', [401, 'invalid_client', 'Basic']],
    ['whose header has no colon', GRANT, basic('c1'), [401, 'invalid_client', 'Basic']],
    ['with a % that begins no character', GRANT, basic(`c1:${SECRET}%zz`), [401, 'invalid_client', 'Basic']],
    ['that uses both ways', inBody, basic(`c1:${SECRET}`), [400, 'invalid_request', undefined]],
    ['that is two', `${GRANT}&client_id=c2`, basic(`c1:${SECRET}`), [400, 'invalid_request', undefined]],
    ['with two secrets', `${inBody}&client_secret=${SECRET}`, undefined, [400, 'invalid_request', undefined]],
  ])('%s', (_what, body, authorization, refusal) => {
    expect(failureOf(body, authorization)).toEqual(refusal);
  });
});

describe('what is asked for', () => {
  const asked = (body: string) => readTokenRequest(body, basic('c1:s'));

  test('is read, whatever else is sent', () => {
    const body = `${GRANT}&scope=scim&audience=https://a&resource=https://b&resource=https://c&tenant=x&tenant=y`;
    expect(asked(body)).toEqual({
      client: { id: 'c1', secret: 's' },
      grantType: 'client_credentials',
      scope: 'scim',
      targets: ['https://a', 'https://b', 'https://c'],
    });
  });

  test('is left out when it is empty', () => {
    const body = 'grant_type=&scope=&audience=&resource=';
    expect(asked(body)).toMatchObject({ grantType: undefined, scope: undefined, targets: [] });
  });

  test.each(['grant_type', 'scope', 'audience', 'client_id'])('is refused when %s is there twice', (name) => {
    const body = `${GRANT}&${name}=c1&${name}=c1`;
    expect(failureOf(body, basic('c1:s'))).toEqual([400, 'invalid_request', undefined]);
  });
});
