import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { NotSent, ZoomFailure } from '../../src/zoom/failure.js';
import { readFailure, readTokenFailure, readTransportFailure } from '../../src/zoom/read-failure.js';
import { answer, html, zoom } from './answers.js';

const now = new Date('2026-11-24T22:00:00Z');
const hostKeySent = ['host_key'];

describe('an exchange without an answer', () => {
  const broken = (code: string) => Object.assign(new Error(`broke with ${code}`), { code });
  test.each([
    ['refused', broken('ECONNREFUSED'), false, 'ZOOM_UNREACHABLE', 'no'],
    ['no such host', broken('ENOTFOUND'), false, 'ZOOM_UNREACHABLE', 'no'],
    ['a certificate gone by', broken('CERT_HAS_EXPIRED'), false, 'ZOOM_UNREACHABLE', 'no'],
    ['connecting took too long', broken('ETIMEDOUT'), false, 'ZOOM_UNREACHABLE', 'no'],
    ['the answer took too long', broken('ETIMEDOUT'), true, 'ZOOM_TIMEOUT', 'unanswered'],
    ['a reset', broken('ECONNRESET'), true, 'ZOOM_CONNECTION_LOST', 'unanswered'],
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

  test('a call that got no turn is a failure too, but no attempt', () => {
    const failure = new NotSent('LEASE_TOO_SHORT');
    expect(failure).toBeInstanceOf(ZoomFailure);
    expect(failure).toMatchObject({
      code: 'LEASE_TOO_SHORT',
      sent: 'no',
      then: 'rate',
      rate: { scope: 'account' },
    });
  });
});
