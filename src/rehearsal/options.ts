export type Label = 'light' | 'medium';
export type Plan = 'free' | 'pro' | 'business';

export interface Webhook {
  url: string;
  secret: string;
}

/** What Zoom says when it refuses; `code` is Zoom's own number in the body, beside the HTTP status 400. */
export interface Refusal {
  code: number;
  message: string;
}

export interface RehearsalZoomOptions {
  /** 0, the default, takes any free port. Always bound to 127.0.0.1. */
  port?: number;
  accountId?: string;
  clientId?: string;
  clientSecret?: string;
  /** What the app was granted. The default is what the core of the product needs. */
  scopes?: string[];
  plan?: Plan;
  /** Per second, instead of the plan's; also lifts the plan's daily cap. `Infinity` means no limit. */
  limits?: { light?: number; medium?: number };
  /** In real time, whatever `clockSpeed` says: `expires_in` tells the caller, rounded up to seconds. */
  tokenLifetimeMs?: number;
  /** Zoom did so until about 2023; now several tokens live side by side. */
  newTokenKillsOld?: boolean;
  /** Whether PATCH refuses 111111 and 123456, as the web portal does. */
  refuseWeakKeys?: boolean;
  /** Whether `include_fields=host_key` still shows keys; nobody in reach has seen it live. */
  listsHostKeys?: boolean;
  /** Zoom documents nothing here, so both answers can be had. */
  patchInactive?: 'apply' | Refusal;
  patchPending?: 'apply' | Refusal;
  /** A key set while its host is in a meeting: applied when the meeting ends, or never. The answer is 204. */
  keySetInMeeting?: 'deferred' | 'lost';
  webhook?: Webhook;
  /** Divides the waits between webhook retries, the life of page tokens and the length of a day's cap. */
  clockSpeed?: number;
  /** Between a change and its answer, for every API call. */
  delayMs?: number;
}

export interface Limit {
  perSecond: number;
  perDay: number;
}

/** Read at each request, so a test may change a rule while the server runs. */
export type Settings = Required<Omit<RehearsalZoomOptions, 'port' | 'plan' | 'limits' | 'webhook'>> & {
  limits: Record<Label, Limit>;
  /** The app's owner: the operator of every change that came through the API. */
  ownerEmail: string;
  ownerId: string;
};

/** Zoom's published limits per account: developers.zoom.us/docs/api/rate-limits. */
const PLAN_LIMITS: Record<Plan, Record<Label, Limit>> = {
  free: { light: { perSecond: 4, perDay: 6_000 }, medium: { perSecond: 2, perDay: 2_000 } },
  pro: { light: { perSecond: 30, perDay: Infinity }, medium: { perSecond: 20, perDay: Infinity } },
  business: { light: { perSecond: 80, perDay: Infinity }, medium: { perSecond: 60, perDay: Infinity } },
};

const DEFAULTS = {
  accountId: 'rehearsal-account',
  clientId: 'rehearsal-client',
  clientSecret: 'rehearsal-client-secret',
  scopes: ['user:update:user:admin', 'user:read:user:admin', 'user:read:list_users:admin'],
  tokenLifetimeMs: 3_600_000,
  newTokenKillsOld: false,
  refuseWeakKeys: false,
  listsHostKeys: true,
  patchInactive: { code: 300, message: 'User is inactive or locked.' },
  patchPending: { code: 1120, message: 'Invitation not found or expired.' },
  keySetInMeeting: 'deferred',
  clockSpeed: 1,
  delayMs: 0,
  ownerEmail: 'owner@rehearsal.example',
  ownerId: 'rehearsal-owner',
} as const satisfies Partial<Settings>;

export function createSettings(options: RehearsalZoomOptions): Settings {
  const { port: _port, webhook: _webhook, plan = 'pro', limits = {}, ...rest } = options;
  return {
    ...DEFAULTS,
    ...rest,
    scopes: [...(rest.scopes ?? DEFAULTS.scopes)],
    limits: {
      light: limitOf(limits.light, PLAN_LIMITS[plan].light),
      medium: limitOf(limits.medium, PLAN_LIMITS[plan].medium),
    },
  };
}

function limitOf(override: number | undefined, planned: Limit): Limit {
  return override === undefined ? { ...planned } : { perSecond: override, perDay: Infinity };
}
