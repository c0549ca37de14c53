import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { type Answer, NotSent, ZoomFailure } from '../../src/zoom/failure.js';
import { readFailure, readTokenFailure, readTransportFailure } from '../../src/zoom/read-failure.js';

const now = new Date('2026-11-24T22:00:00Z');
const untilMidnightMs = 2 * 3_600_000;

const html = '<html><body><h1>502 Bad Gateway</h1></body></html>';
const hostKeySent = ['host_key'];

function answer(status: number, body: unknown, headers: Answer['headers'] = {}): Answer {
  return { status, headers, body: typeof body === 'string' || body === null ? body : JSON.stringify(body) };
}

function zoom(status: number, code: number, message: string, more: object = {}): Answer {
  return answer(status, { code, message, ...more });
}

describe('a definite answer of Zoom', () => {
  const validationFailed = (field: string) => ({ errors: [{ field, message: 'Invalid field.' }] });
  test.each([
    ['a deleted user', zoom(404, 1001, 'User does not exist: abc.'), 'ZOOM_USER_NOT_FOUND', 'gone'],
    [
      'a user of another account',
      zoom(404, 1010, 'User does not belong to this account.'),
      'ZOOM_USER_NOT_FOUND',
      'gone',
    ],
    ['1001 under 400', zoom(400, 1001, 'User does not exist: abc.'), 'ZOOM_USER_NOT_FOUND', 'gone'],
    ['a code given as text', answer(404, { code: '1001', message: '' }), 'ZOOM_USER_NOT_FOUND', 'gone'],
    ['a 404 in words alone', answer(404, { message: 'User abc not found' }), 'ZOOM_USER_NOT_FOUND', 'gone'],
    [
      'a pending invitation',
      zoom(400, 1120, 'Invitation not found or expired.'),
      'ZOOM_USER_PENDING',
      'wait',
    ],
    ['an inactive user', zoom(400, 300, 'User is inactive or locked.'), 'ZOOM_USER_INACTIVE', 'wait'],
    [
      'a refused key',
      zoom(400, 300, 'Validation Failed.', validationFailed('host_key')),
      'ZOOM_KEY_REFUSED',
      'refused-value',
    ],
    ['a refused key, field untold', zoom(400, 300, 'Too simple.'), 'ZOOM_KEY_REFUSED', 'refused-value'],
    [
      'a refused key under 422',
      zoom(422, 300, 'Validation Failed.', validationFailed('host_key')),
      'ZOOM_KEY_REFUSED',
      'refused-value',
    ],
    [
      'a 422 of problem+json',
      answer(422, { title: 'Invalid request', status: 422 }),
      'ZOOM_KEY_REFUSED',
      'refused-value',
    ],
    [
      'another field refused',
      zoom(400, 300, 'Validation Failed.', validationFailed('type')),
      'ZOOM_REFUSED',
      'stop',
    ],
    [
      'a body called no JSON',
      zoom(400, 300, 'Request Body should be a valid JSON object.'),
      'ZOOM_REFUSED',
      'stop',
    ],
    ['a licence problem', zoom(400, 3412, 'License quota.'), 'ZOOM_REFUSED', 'stop'],
    ['a 400 of problem+json', answer(400, { title: 'Bad Request', status: 400 }), 'ZOOM_REFUSED', 'stop'],
    ['another 200', zoom(400, 200, 'A Zoom Room user cannot be changed.'), 'ZOOM_REFUSED', 'stop'],
    [
      'admin-only keys',
      zoom(400, 200, 'Only an account administrator can change the host key.'),
      'ZOOM_HOST_KEY_ADMIN_ONLY',
      'pause',
    ],
    [
      'a role without rights',
      zoom(400, 200, 'Invalid access token. Does not contain permissions [User:Edit].'),
      'ZOOM_ROLE_MISSING',
      'pause',
    ],
    ['no permission', zoom(400, 200, 'No permission.'), 'ZOOM_ROLE_MISSING', 'pause'],
    [
      'a missing scope',
      zoom(400, 4711, 'Invalid access token, does not contain scopes:[user:write:admin].'),
      'ZOOM_SCOPE_MISSING',
      'pause',
    ],
    [
      'a missing scope of old',
      zoom(401, 4700, 'Invalid access token, does not contain the scope.'),
      'ZOOM_SCOPE_MISSING',
      'pause',
    ],
    [
      'a blocked account',
      zoom(403, 403, 'Access to the Zoom REST API has been denied for this account.'),
      'ZOOM_ACCOUNT_BLOCKED',
      'pause',
    ],
    ['a disabled app', zoom(401, 4738, 'The app is disabled.'), 'ZOOM_APP_DISABLED', 'pause'],
    [
      'an unknown endpoint',
      zoom(404, 2300, 'This API endpoint is not recognized.'),
      'ZOOM_ENDPOINT_UNKNOWN',
      'pause',
    ],
    ['a dead token', zoom(401, 124, 'Invalid access token.'), 'ZOOM_TOKEN_REFUSED', 'retry'],
    ['a dead token under 400', zoom(400, 124, 'Access token is expired.'), 'ZOOM_TOKEN_REFUSED', 'retry'],
    ['the catch-all under 401', zoom(401, 4700, 'Invalid access token.'), 'ZOOM_TOKEN_REFUSED', 'retry'],
    ['a 401 without words', answer(401, ''), 'ZOOM_TOKEN_REFUSED', 'retry'],
  ])('%s has its name, and was not applied', (_, given, code, then) => {
    expect(readFailure(given, hostKeySent, now)).toMatchObject({
      code,
      then,
      sent: 'answered',
      status: given.status,
    });
  });

  test('a refused field is about the key only when a key was sent', () => {
    expect(readFailure(zoom(400, 300, 'Validation Failed.'), [], now)).toMatchObject({
      code: 'ZOOM_REFUSED',
    });
  });

  test('names the scopes that are missing', () => {
    const message =
      'Invalid access token, does not contain scopes:[user:update:user:admin, user:write:admin].';
    const failure = readFailure(zoom(400, 4711, message), hostKeySent, now);
    expect(failure.missingScopes).toEqual(['user:update:user:admin', 'user:write:admin']);
    expect(failure.message).toContain('user:update:user:admin');
  });
});

describe('an answer that is not definite may have been applied', () => {
  test.each([
    ['a 500', zoom(500, 1001, 'Internal error.'), 'ZOOM_UNAVAILABLE'],
    ['a 503 of HTML', answer(503, html), 'ZOOM_UNAVAILABLE'],
    ['a 408', answer(408, ''), 'ZOOM_UNAVAILABLE'],
    ['a 200 where 204 was due', answer(200, ''), 'ZOOM_UNREADABLE'],
    ['a 200 of HTML', answer(200, html), 'ZOOM_UNREADABLE'],
    ['a 200 that tells an error', zoom(200, 200, 'Only available for paid accounts.'), 'ZOOM_UNREADABLE'],
    ['a redirect', answer(302, '', { location: 'https://elsewhere.example/' }), 'ZOOM_UNREADABLE'],
    ['an empty 400', answer(400, ''), 'ZOOM_UNREADABLE'],
    ['a 404 of HTML: a wrong address, not a missing user', answer(404, html), 'ZOOM_UNREADABLE'],
    ['an empty 404', answer(404, ''), 'ZOOM_UNREADABLE'],
    ['a 403 of HTML', answer(403, html), 'ZOOM_UNREADABLE'],
    ['a body too long to read', answer(400, null), 'ZOOM_UNREADABLE'],
    ['JSON that is no object', answer(400, '[1001]'), 'ZOOM_UNREADABLE'],
    ['an object that says nothing', answer(404, {}), 'ZOOM_UNREADABLE'],
    ['JSON 100,000 deep', answer(400, '['.repeat(100_000)), 'ZOOM_UNREADABLE'],
  ])('%s', (_, given, code) => {
    expect(readFailure(given, hostKeySent, now)).toMatchObject({ code, then: 'retry', sent: 'unanswered' });
  });
});

describe('a rate limit', () => {
  const perSecond = 'You have reached the maximum per-second rate limit for this API. Try again later.';
  const perDay =
    'You have reached the maximum daily rate limit for this API. Refer to the response header for details.';
  const perUser =
    'You have exceeded the daily rate limit (100) of Meeting Create/Update API requests permitted for this particular user.';
  const concurrent =
    'Too many concurrent requests. A request to disassociate this user has already been made.';
  test.each([
    ['per second', zoom(429, 429, perSecond), 'account', 1_000],
    ['per second, by another code', zoom(429, 4001, perSecond), 'account', 1_000],
    ['without a body', answer(429, ''), 'account', 1_000],
    ['of HTML', answer(429, html), 'account', 1_000],
    ['per day, until midnight UTC', zoom(429, 429, perDay), 'account', untilMidnightMs],
    [
      'per day, told by a header',
      answer(429, '', { 'x-ratelimit-type': 'Daily-limit' }),
      'account',
      untilMidnightMs,
    ],
    ['of one user', zoom(429, 429, perUser), 'user', untilMidnightMs],
    ['of concurrent calls', zoom(429, 429, concurrent), 'user', 1_000],
    ['with seconds', answer(429, '', { 'retry-after': '7' }), 'account', 7_000],
    [
      'with an HTTP date',
      answer(429, '', { 'retry-after': 'Tue, 24 Nov 2026 22:00:30 GMT' }),
      'account',
      30_000,
    ],
    ['with an ISO time', answer(429, '', { 'retry-after': '2026-11-24T22:05:00Z' }), 'account', 300_000],
    [
      'with a time gone by',
      { ...zoom(429, 429, perDay), headers: { 'retry-after': '2020-05-31T00:00:00Z' } },
      'account',
      untilMidnightMs,
    ],
    ['with nonsense', answer(429, '', { 'retry-after': 'soon' }), 'account', 1_000],
    ['with a year', answer(429, '', { 'retry-after': '31536000' }), 'account', 86_400_000],
    [
      'read by Zoom’s clock, not ours',
      answer(429, '', { date: 'Tue, 24 Nov 2026 23:00:00 GMT', 'retry-after': '2026-11-24T23:00:10Z' }),
      'account',
      10_000,
    ],
  ] as const)('%s', (_, given, scope, delayMs) => {
    const code = scope === 'account' ? 'ZOOM_RATE_LIMITED' : 'ZOOM_USER_RATE_LIMITED';
    expect(readFailure(given, hostKeySent, now)).toMatchObject({
      code,
      then: 'rate',
      sent: 'answered',
      rate: { scope, delayMs },
    });
  });
});

describe('an exchange without an answer', () => {
  const broken = (code: string) => Object.assign(new Error(`broke with ${code}`), { code });
  test.each([
    ['refused', broken('ECONNREFUSED'), false, 'ZOOM_UNREACHABLE', 'no'],
    ['no such host', broken('ENOTFOUND'), false, 'ZOOM_UNREACHABLE', 'no'],
    ['a certificate gone by', broken('CERT_HAS_EXPIRED'), false, 'ZOOM_UNREACHABLE', 'no'],
    ['connecting took too long', broken('ETIMEDOUT'), false, 'ZOOM_UNREACHABLE', 'no'],
    ['the answer took too long', broken('ETIMEDOUT'), true, 'ZOOM_TIMEOUT', 'unanswered'],
    ['a reset', broken('ECONNRESET'), true, 'ZOOM_CONNECTION_LOST', 'unanswered'],
    ['called off', broken('ERR_ABORTED'), true, 'ZOOM_CALL_ABORTED', 'unanswered'],
    ['called off before', broken('ERR_ABORTED'), false, 'ZOOM_CALL_ABORTED', 'no'],
    ['no Error at all', 'oh', true, 'ZOOM_CONNECTION_LOST', 'unanswered'],
  ])('%s', (_, error, connected, code, sent) => {
    expect(readTransportFailure(error, connected)).toMatchObject({ code, sent, then: 'retry' });
  });
});

describe('a token that was not given leaves the call unsent', () => {
  test.each([
    [
      'a wrong secret',
      answer(400, { reason: 'Invalid client_id or client_secret', error: 'invalid_client' }),
      'ZOOM_CREDENTIALS_REFUSED',
      'pause',
    ],
    [
      'a wrong secret under 401',
      answer(401, { reason: 'Bad', error: 'invalid_client' }),
      'ZOOM_CREDENTIALS_REFUSED',
      'pause',
    ],
    [
      'a disabled app',
      answer(400, { reason: 'This app has been disabled.', error: 'invalid_request' }),
      'ZOOM_APP_DISABLED',
      'pause',
    ],
    ['an app without an owner', zoom(400, 4735, 'Owner does not exist.'), 'ZOOM_APP_DISABLED', 'pause'],
    ['a 500', answer(500, ''), 'ZOOM_UNAVAILABLE', 'retry'],
    ['a page of HTML', answer(200, html), 'ZOOM_UNREADABLE', 'retry'],
    ['a 400 of HTML', answer(400, html), 'ZOOM_UNREADABLE', 'retry'],
    ['a rate limit', answer(429, '', { 'retry-after': '5' }), 'ZOOM_RATE_LIMITED', 'rate'],
  ])('%s', (_, given, code, then) => {
    expect(readTokenFailure(given, now)).toMatchObject({ code, then, sent: 'no' });
  });
});

describe('a failure can be logged whole', () => {
  test('it repeats no word that Zoom sent, since those can hold our values', () => {
    const more = { errors: [{ field: 'host_key', message: 'Invalid 867530', field_value: '867530' }] };
    const failure = readFailure(zoom(400, 300, 'Refused 867530 of jill@example.com', more), hostKeySent, now);
    expect(inspect(failure, { depth: Infinity, showHidden: true })).not.toMatch(/867530|jill/);
  });

  test('its cause is the bare error, without the request an HTTP client hangs on it', () => {
    const error = Object.assign(new Error('reset'), {
      code: 'ECONNRESET',
      options: { body: '867530' },
      cause: 'hk-token',
    });
    const failure = readTransportFailure(error, true);
    expect(inspect(failure, { depth: Infinity, showHidden: true })).not.toMatch(/867530|hk-token/);
    expect(failure.cause).toMatchObject({ message: 'reset', code: 'ECONNRESET' });
  });

  test('it tells status, Zoom’s code and the tracking id', () => {
    const given = { ...zoom(400, 3412, 'No.'), headers: { 'x-zm-trackingid': 'WEB_abc' } };
    const failure = readFailure(given, hostKeySent, now);
    expect(failure).toMatchObject({ status: 400, zoomCode: 3412, trackingId: 'WEB_abc' });
    expect(failure.message).toBe('Zoom refused the call (HTTP 400, Zoom code 3412)');
  });

  test('a call that was not sent is a failure too', () => {
    expect(new NotSent()).toBeInstanceOf(ZoomFailure);
    expect(new NotSent()).toMatchObject({ code: 'LEASE_TOO_SHORT', sent: 'no', then: 'retry' });
  });
});
