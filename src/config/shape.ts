import type { Settings } from './settings.js';

/** The settings in our words, by who needs them. Frozen to the bottom. */
export type Config = Readonly<ReturnType<typeof toConfig>>;
export type ZoomConfig = Readonly<Config['zoom']>;
export type PolicyConfig = Readonly<Config['policy']>;
export type OidcConfig = Readonly<NonNullable<Config['oidc']>>;

export function toConfig(read: Settings) {
  return {
    host: read.HOST,
    /** 0: any free port. */
    port: read.PORT,
    /** Without a slash at its end. Undefined: the address we listen on. */
    publicUrl: read.PUBLIC_URL,
    /** Whose X-Forwarded-* headers are believed: addresses, ranges and express's names for some. */
    trustProxy: read.TRUST_PROXY,
    /** What each source may ask of one web process. */
    scimLimit: { ratePerSecond: read.SCIM_RATE, burst: read.SCIM_BURST },
    dataDir: read.DATA_DIR,
    /** Undefined: the embedded PostgreSQL in `dataDir`. */
    databaseUrl: read.DATABASE_URL,
    /** Undefined: BullMQ on the same PostgreSQL. */
    redis: read.REDIS_URL,
    /** Newest first. Undefined, with the embedded PostgreSQL only: the key file in `dataDir`. */
    encryptionKeys: read.ENCRYPTION_KEYS,
    zoom: {
      accountId: read.ZOOM_ACCOUNT_ID,
      clientId: read.ZOOM_CLIENT_ID,
      clientSecret: read.ZOOM_CLIENT_SECRET,
      accessToken: read.ZOOM_ACCESS_TOKEN,
      /** Without a slash at its end, as is `tokenUrl`. */
      apiUrl: read.ZOOM_API_URL,
      tokenUrl: read.ZOOM_TOKEN_URL,
      plan: read.ZOOM_PLAN,
      /** Our part of the plan's limits, above 0 and up to 1. */
      rateShare: read.ZOOM_RATE_SHARE,
      /** Calls per second that take the place of plan x share. */
      rateLight: read.ZOOM_RATE_LIGHT,
      rateMedium: read.ZOOM_RATE_MEDIUM,
    },
    policy: {
      hostKeyLength: read.HOST_KEY_LENGTH,
      onTransfer: read.ON_TRANSFER,
      waitForZoomDays: read.WAIT_FOR_ZOOM_DAYS,
      brakePercent: read.BRAKE_PERCENT,
      brakeMinimum: read.BRAKE_MINIMUM,
    },
    /** Undefined: nobody can sign in to portal or console. */
    oidc: toOidc(read),
    /** 0: no metrics listener. */
    metricsPort: read.METRICS_PORT,
    logLevel: read.LOG_LEVEL,
    /** Divides all our durations. Other than 1 only when Zoom is a rehearsal on this machine. */
    clockSpeed: read.CLOCK_SPEED,
  };
}

function toOidc(read: Settings) {
  const { OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, OIDC_PERSON_CLAIM, OIDC_ADMIN_GROUPS } = read;
  if (!OIDC_ISSUER || !OIDC_CLIENT_ID || !OIDC_CLIENT_SECRET || !OIDC_PERSON_CLAIM || !OIDC_ADMIN_GROUPS)
    return undefined;
  return {
    issuer: OIDC_ISSUER,
    clientId: OIDC_CLIENT_ID,
    clientSecret: OIDC_CLIENT_SECRET,
    personClaim: OIDC_PERSON_CLAIM,
    adminGroups: OIDC_ADMIN_GROUPS,
  };
}
