import { refuse, refuseClient } from './error.js';

export interface Credentials {
  id: string;
  secret: string;
}

/** What is asked for at the token endpoint; what was left out, or left empty, is undefined (RFC 6749 §3.2). */
export interface TokenRequest {
  client: Credentials;
  grantType: string | undefined;
  /** Names with spaces between. */
  scope: string | undefined;
  /** What the token shall be used at: `audience`, and `resource` (RFC 8707), which may come more than once. */
  targets: string[];
}

/** @throws Problem invalid_request, invalid_client */
export function readTokenRequest(body: string, authorization: string | undefined): TokenRequest {
  const form = new URLSearchParams(body);
  const resources = form.getAll('resource').filter((value) => value !== '');
  return {
    client: readClient(form, authorization),
    grantType: readOne(form, 'grant_type'),
    scope: readOne(form, 'scope'),
    targets: [readOne(form, 'audience') ?? [], resources].flat(),
  };
}

/** RFC 6749 §3.2: no parameter may be there twice. */
function readOne(form: URLSearchParams, name: string): string | undefined {
  const [value, ...more] = form.getAll(name);
  if (more.length > 0) throw refuse('invalid_request', `${name} is there more than once`);
  return value || undefined;
}

/** client_secret_basic or client_secret_post, and not both (RFC 6749 §2.3). */
function readClient(form: URLSearchParams, authorization: string | undefined): Credentials {
  const id = readOne(form, 'client_id');
  const secret = readOne(form, 'client_secret');
  if (authorization === undefined) {
    if (id !== undefined && secret !== undefined) return { id, secret };
    throw refuseClient('client_id and client_secret are needed, in the Authorization header or in the body');
  }
  if (secret !== undefined) {
    throw refuse('invalid_request', 'the secret is there twice: in the Authorization header and in the body');
  }
  const basic = readBasic(authorization);
  if (id === undefined || id === basic.id) return basic;
  throw refuse('invalid_request', 'client_id is another one than in the Authorization header');
}

/** RFC 6749 §2.3.1: id and secret each form-encoded, then as in RFC 7617. */
function readBasic(authorization: string): Credentials {
  const encoded = /^basic +([A-Za-z0-9+/_-]+={0,2})$/i.exec(authorization.trim())?.[1];
  if (encoded === undefined) throw refuseClient('the Authorization header must be Basic and base64');
  const text = Buffer.from(encoded, 'base64').toString();
  const colon = text.indexOf(':');
  if (colon < 0) throw refuseClient('the Authorization header has no colon between id and secret');
  return { id: decodeForm(text.slice(0, colon)), secret: decodeForm(text.slice(colon + 1)) };
}

function decodeForm(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw refuseClient('id and secret must be percent-encoded before they are made base64');
  }
}
