import { describe, expect, test } from '@jest/globals';
import { readFailure } from '../../src/zoom/read-failure.js';
import { answer, html, zoom } from './answers.js';

const now = new Date('2026-11-24T22:00:00Z');
const hostKeySent = ['host_key'];

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
    ['a dead token', zoom(401, 124, 'Invalid access token.'), 'ZOOM_TOKEN_REFUSED', 'pause'],
    ['a dead token under 400', zoom(400, 124, 'Access token is expired.'), 'ZOOM_TOKEN_REFUSED', 'pause'],
    ['the catch-all under 401', zoom(401, 4700, 'Invalid access token.'), 'ZOOM_TOKEN_REFUSED', 'pause'],
    ['a 401 without words', answer(401, ''), 'ZOOM_TOKEN_REFUSED', 'pause'],
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
