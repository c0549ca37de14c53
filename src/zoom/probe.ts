import type { CallTerms, ZoomClient } from './client.js';
import type { AccessToken } from './token.js';

/**
 * What the service needs, as new apps name it and as older apps do; one of each pair is enough.
 * developers.zoom.us/docs/integrations/oauth-scopes-granular
 */
const NEEDED_SCOPES = [
  ['user:update:user:admin', 'user:write:admin'],
  ['user:read:user:admin', 'user:read:admin'],
  ['user:read:list_users:admin', 'user:read:admin'],
] as const;

export interface Probe {
  /** By their granular names. Null when nobody tells which scopes there are: a fixed token. */
  missingScopes: string[] | null;
  /** Zoom's clock minus ours, good to a second or so; null when Zoom did not tell the time. */
  clockSkewMs: number | null;
}

export function missingScopes(granted: readonly string[]): string[] {
  return NEEDED_SCOPES.filter((names) => !names.some((name) => granted.includes(name))).map(([name]) => name);
}

/**
 * Whether Zoom can be worked with: gets a token, and lists one user with it.
 *
 * @throws ZoomFailure that says why not
 */
export async function probeZoom(
  { client, token, clock = () => new Date() }: { client: ZoomClient; token: AccessToken; clock?: () => Date },
  terms: CallTerms,
): Promise<Probe> {
  const { scopes } = await token.get();
  const { zoomTime } = await client.call({
    ...terms,
    action: 'probe',
    method: 'GET',
    path: ['users'],
    query: { page_size: '1' },
    label: 'medium',
    expected: 200,
  });
  return {
    missingScopes: scopes.length === 0 ? null : missingScopes(scopes),
    clockSkewMs: zoomTime === null ? null : zoomTime.getTime() - clock().getTime(),
  };
}
