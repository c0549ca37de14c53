import { within } from '../http/within.js';
import type { Ending } from '../records/credentials.js';
import type { Probe } from '../zoom/probe.js';

/** What is looked at, by those who can: each throws when it is not well. */
export interface DoctorParts {
  /** Reads the settings; throws ConfigError. */
  config: () => unknown;
  /** The database's clock minus ours. */
  database: () => Promise<{ clockSkewMs: number }>;
  /** How many entries the queue holds. */
  queue: () => Promise<number>;
  /** How many sealed host keys no key of the ring opens. */
  keys: () => Promise<number>;
  /** SCIM sources whose last credential ends within 30 days, or has. */
  credentials: () => Promise<Ending[]>;
  zoom: () => Promise<Probe>;
}

export interface Finding {
  check: 'config' | 'database' | 'queue' | 'keys' | 'credentials' | 'zoom' | 'scopes' | 'clock';
  state: 'ok' | 'warning' | 'failed' | 'unknown';
  code: string | null;
  detail: string;
}

/** Zoom's webhooks are refused from five minutes on; a clock that is this far off gets there. */
const MAX_SKEW_MS = 60_000;
const PATIENCE_MS = 20_000;

/** Looks at everything the service needs, at once, and says of each whether it is well. */
export async function diagnose(parts: DoctorParts, patienceMs = PATIENCE_MS): Promise<Finding[]> {
  const config = await examine('config', parts.config, patienceMs, () => 'the settings can be used');
  const [database, queue, keys, credentials, zoom] = await Promise.all([
    examine('database', parts.database, patienceMs, () => 'PostgreSQL answers'),
    examine('queue', parts.queue, patienceMs, (held) => `the queue answers and holds ${held} entries`),
    examine('keys', parts.keys, patienceMs, (unreadable) => sayKeys(unreadable)),
    examine('credentials', parts.credentials, patienceMs, sayCredentials),
    examine('zoom', parts.zoom, patienceMs, () => 'Zoom gives a token and takes it'),
  ]);
  const scopes = scopesOf(zoom.value);
  const clock = clockOf(database.value?.clockSkewMs, zoom.value?.clockSkewMs ?? undefined);
  return [
    config.finding,
    database.finding,
    queue.finding,
    keysOf(keys),
    credentialsOf(credentials),
    zoom.finding,
    scopes,
    clock,
  ];
}

function sayKeys(unreadable: number): string {
  if (unreadable === 0) return 'every sealed host key can be opened';
  return `${unreadable} sealed host keys open with no key of ENCRYPTION_KEYS: serve will not start`;
}

function keysOf({ value, finding }: Examined<number>): Finding {
  return value ? { ...finding, state: 'failed', code: 'KEY_UNREADABLE' } : finding;
}

function sayCredentials(ending: Ending[]): string {
  if (ending.length === 0) return 'every SCIM source has a credential for 30 days more';
  return ending.map(({ source, until }) => `${source}: ${sayEnd(until)}`).join(', ');
}

function sayEnd(until: Date | null): string {
  return until ? `the last credential ends on ${until.toISOString().slice(0, 10)}` : 'no credential';
}

function credentialsOf({ value = [], finding }: Examined<Ending[]>): Finding {
  if (value.length === 0) return finding;
  const state = value.some(({ isUrgent }) => isUrgent) ? 'failed' : 'warning';
  return { ...finding, state, code: 'CREDENTIAL_EXPIRES' };
}

interface Examined<T> {
  value?: T;
  finding: Finding;
}

async function examine<T>(
  check: Finding['check'],
  look: () => T | Promise<T>,
  patienceMs: number,
  say: (value: T) => string,
): Promise<Examined<T>> {
  const late = () =>
    Object.assign(new Error(`no answer within ${patienceMs / 1000} s`), { code: 'NO_ANSWER' });
  try {
    const value = await within(Promise.resolve().then(look), patienceMs, late);
    return { value, finding: { check, state: 'ok', code: null, detail: say(value) } };
  } catch (error) {
    const { code, message } = Object(error) as { code?: unknown; message?: unknown };
    const detail = typeof message === 'string' ? message : 'it failed';
    const finding: Finding = {
      check,
      state: 'failed',
      code: typeof code === 'string' ? code : 'UNEXPECTED',
      detail,
    };
    return { finding };
  }
}

function scopesOf(zoom: Probe | undefined): Finding {
  const missing = zoom?.missingScopes;
  if (!missing) {
    const detail = zoom ? 'a fixed access token does not tell its scopes' : 'Zoom was not reached';
    return { check: 'scopes', state: 'unknown', code: null, detail };
  }
  if (missing.length === 0) {
    return { check: 'scopes', state: 'ok', code: null, detail: 'the Zoom app has every scope it needs' };
  }
  const detail = `add these scopes to the Zoom app: ${missing.join(', ')}`;
  return { check: 'scopes', state: 'failed', code: 'ZOOM_SCOPE_MISSING', detail };
}

function clockOf(databaseSkewMs: number | undefined, zoomSkewMs: number | undefined): Finding {
  const told = [
    { whose: 'PostgreSQL', skewMs: databaseSkewMs },
    { whose: 'Zoom', skewMs: zoomSkewMs },
  ].flatMap(({ whose, skewMs }) => (skewMs === undefined ? [] : [{ whose, skewMs }]));
  if (told.length === 0) {
    return { check: 'clock', state: 'unknown', code: null, detail: 'nobody told us the time' };
  }
  const isOff = told.some(({ skewMs }) => Math.abs(skewMs) > MAX_SKEW_MS);
  const detail = told.map(({ whose, skewMs }) => `${whose} is ${saySkew(skewMs)}`).join(', ');
  return { check: 'clock', state: isOff ? 'failed' : 'ok', code: isOff ? 'CLOCK_SKEWED' : null, detail };
}

function saySkew(skewMs: number): string {
  const seconds = Math.round(skewMs / 1000);
  if (seconds === 0) return 'within a second of our clock';
  return `${Math.abs(seconds)} s ${seconds > 0 ? 'ahead of' : 'behind'} our clock`;
}
