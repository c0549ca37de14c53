import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Answer, send } from './answer.js';
import { readBody } from './body.js';
import { failedAnswer, type PendingFaults } from './faults.js';
import type { Settings } from './options.js';
import type { WritableRequestLog } from './request-log.js';
import type { Tokens } from './tokens.js';

interface TokenParts {
  settings: Settings;
  tokens: Tokens;
  faults: PendingFaults;
  tokenLog: WritableRequestLog;
}

/** POST /oauth/token of a server-to-server app: developers.zoom.us/docs/internal-apps/s2s-oauth. */
export async function answerTokenRequest(
  { settings, tokens, faults, tokenLog }: TokenParts,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const entry = tokenLog.add({ method: incoming.method ?? '', path: incoming.url ?? '' });
  response.setHeader('x-zm-trackingid', entry.trackingId);
  const body = await readBody(incoming);
  if (!Buffer.isBuffer(body)) return void response.destroy();
  const failure = faults.atToken();
  if (failure === 'silence') return;
  if (failure === 'reset') return void response.destroy();
  const answer =
    (failure && failedAnswer(failure)) ??
    refuse(settings, incoming, body.toString()) ??
    granted(settings, tokens, `http://${incoming.headers.host}`);
  entry.status = answer.status;
  send(response, answer);
}

function granted(settings: Settings, tokens: Tokens, apiUrl: string): Answer {
  return {
    status: 200,
    body: {
      access_token: tokens.issue(),
      token_type: 'bearer',
      expires_in: Math.ceil(settings.tokenLifetimeMs / 1_000),
      scope: settings.scopes.join(' '),
      api_url: apiUrl,
    },
  };
}

function refuse(
  settings: Settings,
  { method, url, headers }: IncomingMessage,
  body: string,
): Answer | undefined {
  if (method !== 'POST') return oauthError('invalid_request', 'Method not allowed', 405);
  if (url?.includes('?')) return oauthError('invalid_request', 'Parameters belong in the request body');
  if (!headers['content-type']?.startsWith('application/x-www-form-urlencoded')) {
    return oauthError('invalid_request', 'Unexpected content type');
  }
  if (headers.authorization !== basic(settings.clientId, settings.clientSecret)) {
    return oauthError('invalid_client', 'Invalid client_id or client_secret');
  }
  const form = new URLSearchParams(body);
  if (form.get('grant_type') !== 'account_credentials') {
    return oauthError('unsupported_grant_type', 'unsupported grant type');
  }
  if (form.get('account_id') !== settings.accountId)
    return oauthError('invalid_request', 'Unknown account_id');
  return undefined;
}

function basic(clientId: string, clientSecret: string): string {
  return `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
}

function oauthError(error: string, reason: string, status = 400): Answer {
  return { status, body: { reason, error } };
}
