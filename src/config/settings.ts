import { z } from 'zod';
import { BadSetting } from './errors.js';
import { parseEncryptionKeys } from './encryption-keys.js';
import { parseRedisUrl } from './redis.js';
import { decimal, list, networks, oneOf, parsed, webUrl, wholeNumber } from './values.js';

const PORT_MAX = 65_535;

/** Every setting, by its name in the environment. `.env.example` says what each means. */
export const settings = z.object({
  HOST: parsed(parseHost).default('127.0.0.1'),
  PORT: wholeNumber(0, PORT_MAX).default(8080),
  PUBLIC_URL: webUrl().optional(),
  TRUST_PROXY: networks().default(['loopback']),
  SCIM_RATE: wholeNumber(1, 1_000_000).default(5_000),
  SCIM_BURST: wholeNumber(1, 1_000_000).default(20_000),
  DATA_DIR: z.string().default('.hostkeeper'),
  DATABASE_URL: parsed(parseDatabaseUrl).optional(),
  REDIS_URL: parsed(parseRedisUrl).optional(),
  ENCRYPTION_KEYS: parsed(parseEncryptionKeys).optional(),

  ZOOM_ACCOUNT_ID: z.string().optional(),
  ZOOM_CLIENT_ID: z.string().optional(),
  ZOOM_CLIENT_SECRET: z.string().optional(),
  ZOOM_ACCESS_TOKEN: z.string().optional(),
  ZOOM_API_URL: webUrl().default('https://api.zoom.us/v2'),
  ZOOM_TOKEN_URL: webUrl().default('https://zoom.us/oauth/token'),
  ZOOM_PLAN: oneOf('free', 'pro', 'business').default('pro'),
  ZOOM_RATE_SHARE: decimal(0, 1).default(0.5),
  ZOOM_RATE_LIGHT: wholeNumber(1, 1000).optional(),
  ZOOM_RATE_MEDIUM: wholeNumber(1, 1000).optional(),

  HOST_KEY_LENGTH: wholeNumber(6, 10).default(6),
  ON_TRANSFER: oneOf('rotate', 'keep').default('rotate'),
  WAIT_FOR_ZOOM_DAYS: wholeNumber(1, 3650).default(30),
  BRAKE_PERCENT: decimal(0, 100, true).default(2),
  BRAKE_MINIMUM: wholeNumber(0, 1_000_000).default(10),

  OIDC_ISSUER: webUrl().optional(),
  OIDC_CLIENT_ID: z.string().optional(),
  OIDC_CLIENT_SECRET: z.string().optional(),
  OIDC_PERSON_CLAIM: z.string().optional(),
  OIDC_ADMIN_GROUPS: list().optional(),

  METRICS_PORT: wholeNumber(0, PORT_MAX).default(9464),
  LOG_LEVEL: oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent').default('info'),
  CLOCK_SPEED: decimal(0, 100_000).default(1),
});

export type Settings = z.output<typeof settings>;
export type SettingName = keyof Settings;

export const settingNames = Object.keys(settings.shape) as readonly SettingName[];

/** These may be given as `NAME_FILE` too: the path of a file that holds the value. */
export const fileSettings: readonly SettingName[] = [
  'DATABASE_URL',
  'REDIS_URL',
  'ENCRYPTION_KEYS',
  'ZOOM_ACCOUNT_ID',
  'ZOOM_CLIENT_ID',
  'ZOOM_CLIENT_SECRET',
  'ZOOM_ACCESS_TOKEN',
  'OIDC_CLIENT_ID',
  'OIDC_CLIENT_SECRET',
];

function parseHost(text: string): string {
  if (!/^[A-Za-z0-9.:_-]+$/.test(text)) throw new BadSetting('must be a host name or an IP address');
  return text;
}

function parseDatabaseUrl(text: string): string {
  if (/^postgres(ql)?:\/\//i.test(text) && URL.canParse(text)) return text;
  throw new BadSetting('must look like postgresql://user:password@host:5432/database');
}
