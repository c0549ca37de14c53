import { ConfigError, type ConfigProblem } from './config/errors.js';
import { type Env, isGiven, readGiven, type ReadFile } from './config/given.js';
import { type SettingName, settings } from './config/settings.js';
import { type Config, toConfig } from './config/shape.js';
import { isLoopback } from './config/values.js';

export type { EncryptionKey } from './config/encryption-keys.js';
export type { RedisAddress } from './config/redis.js';
export type { Config, OidcConfig, PolicyConfig, ZoomConfig } from './config/shape.js';

/**
 * Reads the settings once; an empty one counts as unset, and a secret may come from the file that `NAME_FILE` names.
 *
 * @throws ConfigError with every problem at once, by name, never by value
 */
export function readConfig(env: Env, readFile?: ReadFile): Config {
  const given = readGiven(env, readFile);
  const read = settings.safeParse(given.texts);
  const problems = [
    ...given.problems,
    ...problemsOf(read.error?.issues ?? []),
    ...findConflicts(env, given.texts),
  ];
  if (!read.success || problems.length > 0) throw new ConfigError(problems);
  return deepFreeze(toConfig(read.data));
}

export type ZoomLogin =
  | { readonly kind: 'fixed-token'; readonly accessToken: string }
  | {
      readonly kind: 'server-to-server';
      readonly accountId: string;
      readonly clientId: string;
      readonly clientSecret: string;
    };

/**
 * What the commands that speak to Zoom need. A fixed access token needs nothing beside it.
 *
 * @throws ConfigError with every ZOOM_* that is missing
 */
export function requireZoom({ zoom }: Pick<Config, 'zoom'>): ZoomLogin {
  const { accessToken, accountId, clientId, clientSecret } = zoom;
  if (accessToken) return { kind: 'fixed-token', accessToken };
  if (accountId && clientId && clientSecret) {
    return { kind: 'server-to-server', accountId, clientId, clientSecret };
  }
  const needed = { ZOOM_ACCOUNT_ID: accountId, ZOOM_CLIENT_ID: clientId, ZOOM_CLIENT_SECRET: clientSecret };
  const missing = Object.entries(needed).filter(([, value]) => !value);
  throw new ConfigError(missing.map(([name]) => ({ name, reason: 'is needed to speak to Zoom' })));
}

const OIDC_NAMES = [
  'OIDC_ISSUER',
  'OIDC_CLIENT_ID',
  'OIDC_CLIENT_SECRET',
  'OIDC_PERSON_CLAIM',
  'OIDC_ADMIN_GROUPS',
] as const satisfies readonly SettingName[];

/** Rules between settings. Each is checked whatever else is wrong, so that one start shows all. */
function findConflicts(env: Env, texts: Partial<Record<SettingName, string>>): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  if (isGiven(env, 'DATABASE_URL') && !isGiven(env, 'ENCRYPTION_KEYS')) {
    problems.push({ name: 'ENCRYPTION_KEYS', reason: 'is needed with DATABASE_URL' });
  }
  const missing = OIDC_NAMES.filter((name) => !isGiven(env, name));
  if (missing.length < OIDC_NAMES.length) {
    problems.push(...missing.map((name) => ({ name, reason: 'is needed with the other OIDC_* settings' })));
  }
  const speed = settings.shape.CLOCK_SPEED.safeParse(texts.CLOCK_SPEED);
  const apiUrl = settings.shape.ZOOM_API_URL.safeParse(texts.ZOOM_API_URL);
  if (speed.success && speed.data !== 1 && apiUrl.success && !isLoopback(apiUrl.data)) {
    problems.push({
      name: 'CLOCK_SPEED',
      reason: 'may differ from 1 only when ZOOM_API_URL is on this machine',
    });
  }
  return problems;
}

function problemsOf(
  issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[],
): ConfigProblem[] {
  return issues.map(({ path, message }) => ({ name: String(path[0]), reason: message }));
}

/** Lists and plain objects only: a KeyObject has nothing to change. */
function deepFreeze<T>(value: T): T {
  const isOurs = Array.isArray(value) || (value && Object.getPrototypeOf(value) === Object.prototype);
  if (!isOurs) return value;
  Object.values(value).forEach(deepFreeze);
  return Object.freeze(value);
}
