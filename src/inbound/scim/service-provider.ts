import { BODY_LIMIT_BYTES } from '../../http/body.js';
import { MAX_BULK_OPERATIONS } from './bulk-request.js';
import { CURSOR_TIMEOUT_SECONDS } from './cursor.js';
import { DEFAULT_COUNT, MAX_COUNT } from './paging.js';

/**
 * What we offer (RFC 7643 §5; `pagination`: RFC 9865 §4), as /ServiceProviderConfig tells it: no more than is true.
 * Each limit is the constant that is enforced.
 */
export const SERVICE_PROVIDER = {
  patch: { supported: true },
  bulk: { supported: true, maxOperations: MAX_BULK_OPERATIONS, maxPayloadSize: BODY_LIMIT_BYTES },
  filter: { supported: true, maxResults: MAX_COUNT },
  // Passwords are taken and thrown away: there is none to change.
  changePassword: { supported: false },
  sort: { supported: true },
  etag: { supported: true },
  pagination: {
    cursor: true,
    index: true,
    defaultPaginationMethod: 'index',
    defaultPageSize: DEFAULT_COUNT,
    maxPageSize: MAX_COUNT,
    cursorTimeout: CURSOR_TIMEOUT_SECONDS,
  },
  authenticationSchemes: [
    {
      type: 'oauthbearertoken',
      name: 'Bearer token',
      description: 'The token that was shown when the source was added, in the Authorization header',
      specUri: 'https://www.rfc-editor.org/info/rfc6750',
      primary: true,
    },
    {
      type: 'oauth2',
      name: 'OAuth 2.0 client credentials',
      description: 'A token for an hour from POST /oauth/token, for a client of the source',
      specUri: 'https://www.rfc-editor.org/info/rfc6749',
      primary: false,
    },
  ],
};
