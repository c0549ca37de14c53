import { timingSafeEqual } from 'node:crypto';
import { hashToken, isClientSecret, newToken } from '../../http/bearer.js';
import type { NewAccessToken, OauthClient } from '../../records/access-tokens.js';
import { isId } from '../../records/is-id.js';
import { refuse, refuseClient } from './error.js';
import type { Credentials, TokenRequest } from './request.js';

export interface GrantParts {
  /** By its id, a UUID. */
  findClient: (id: string) => Promise<OauthClient | undefined>;
  giveToken: (client: OauthClient, token: NewAccessToken) => Promise<void>;
  newId: () => string;
  now: () => Date;
}

/** RFC 6749 §5.1. */
export interface Granted {
  access_token: string;
  token_type: 'Bearer';
  /** In seconds. */
  expires_in: number;
  scope: string;
}

const SCOPE = 'scim';
const LIFE_MS = 3_600_000;

/** What can be told without knowing who asks (RFC 6749 §4.4.2, RFC 8707 §2). */
export function checkAsked({ grantType, scope, targets }: TokenRequest, scimUrl: string): void {
  if (grantType === undefined) throw refuse('invalid_request', 'grant_type is missing');
  if (grantType !== 'client_credentials') {
    throw refuse('unsupported_grant_type', 'grant_type must be client_credentials');
  }
  const names = scope?.split(' ').filter((name) => name !== '') ?? [];
  if (names.some((name) => name !== SCOPE)) throw refuse('invalid_scope', `the one scope is ${SCOPE}`);
  if (!targets.every((target) => isSame(target, scimUrl))) {
    throw refuse('invalid_target', `audience and resource, when given, must be ${scimUrl}`);
  }
}

/** As addresses are the same: the case of host and scheme, a port that goes without saying, a slash at the end. */
function isSame(target: string, url: string): boolean {
  return URL.canParse(target) && plain(target) === plain(url);
}

function plain(url: string): string {
  return new URL(url).href.replace(/\/+$/, '');
}

/** As it is written in our lists; undefined for what can be no client's. */
export function clientIdOf({ id }: Credentials): string | undefined {
  const written = id.toLowerCase();
  return isId(written) ? written : undefined;
}

/** @throws Problem invalid_client */
export async function requireClient(
  { findClient, now }: GrantParts,
  credentials: Credentials,
): Promise<OauthClient> {
  const id = clientIdOf(credentials);
  if (!isClientSecret(credentials.secret)) {
    throw refuseClient('this is not a whole client secret: it begins with hks_ and has 53 characters');
  }
  const client = id === undefined ? undefined : await findClient(id);
  const hash = hashToken(credentials.secret);
  if (!client?.secretHashes.some((kept) => timingSafeEqual(kept, hash))) {
    throw refuseClient('no client of this id and secret is known here');
  }
  if (client.revokedAt) throw refuseClient('this client was revoked');
  if (client.expiresAt && client.expiresAt <= now()) throw refuseClient('this client has expired');
  return client;
}

/** A token for an hour, or until the client itself ends. */
export async function grant({ giveToken, newId, now }: GrantParts, client: OauthClient): Promise<Granted> {
  const token = newToken();
  const at = now().getTime();
  const endsAt = Math.min(at + LIFE_MS, client.expiresAt?.getTime() ?? Infinity);
  const expiresAt = new Date(endsAt);
  await giveToken(client, { id: newId(), hash: hashToken(token), scopes: [SCOPE], expiresAt });
  const seconds = Math.floor((endsAt - at) / 1_000);
  return { access_token: token, token_type: 'Bearer', expires_in: seconds, scope: SCOPE };
}
