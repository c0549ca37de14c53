import { type ChildLoggerOptions, type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';

/** What wants a person. docs/errors.md tells what each means and what to do. */
const ALERTS = [
  'BRAKE_PULLED',
  'CREDENTIAL_EXPIRES',
  'EMBEDDED_DOWN',
  'EMBEDDED_RESTARTED',
  'KEY_CONTESTED',
  'KEY_UNREADABLE',
  'QUEUE_PAUSED',
  'WAITING_FOR_ZOOM',
  'WORKER_STUCK',
  'WRITE_UNSETTLED',
] as const;
export type AlertCode = (typeof ALERTS)[number];

export type Log = Omit<Logger, 'child'> & {
  child(bindings: object, options?: ChildLoggerOptions): Log;
  /** The one way to alert: a line at error level whose field `alert` is the code, and a count. */
  alert(code: AlertCode, fields: object, message: string): void;
  /** How often each alert was raised here, whatever the log's level; its children count along. */
  readonly alerts: ReadonlyMap<AlertCode, number>;
};

const HIDDEN = '[hidden]';
const MAX_DEPTH = 6;

/** Compared with names in lower case without _ and -, so that host_key, hostKey and Host-Key are one. */
const SECRET_NAME =
  /(?:token|secret|password|passwd|passphrase|authorization|cookie|credential|hostkey|encryptionkey|privatekey|apikey|digit|sealed|databaseurl|redisurl|header|body)s?$/;

/**
 * Lines of JSON on stderr, since stdout is data for the commands. Fields whose name says secret are hidden however
 * deep they lie; of an error remain type, code, message, stack and cause; of other objects of a class, which may
 * carry a request with its headers, only the name.
 */
export function createLog({ level, destination }: { level: string; destination?: DestinationStream }): Log {
  const log = pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: (fields) => toFields(fields) },
      serializers: { err: (error: unknown) => error },
    },
    destination ?? pino.destination({ fd: 2, sync: true }),
  );
  hideInChildren(log);
  return Object.assign(log, alerting()) as unknown as Log;
}

/** Children inherit both, so that `this` is whoever alerts. */
function alerting(): Pick<Log, 'alert' | 'alerts'> {
  const alerts = new Map<AlertCode, number>(ALERTS.map((code) => [code, 0]));
  return {
    alerts,
    alert(this: Log, code, fields, message) {
      alerts.set(code, (alerts.get(code) ?? 0) + 1);
      this.error({ alert: code, ...fields }, message);
    },
  };
}

/** pino formats the fields of a line, but not those bound to a child. Children of children inherit this `child`. */
function hideInChildren(log: Logger): void {
  const { child } = log;
  log.child = function (this: Logger, bindings: object, ...options: unknown[]) {
    return Reflect.apply(child, this, [toFields(bindings), ...options]);
  } as Logger['child'];
}

function toFields(fields: object, depth = 0): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    shown[name] =
      isSecret(name) && value !== undefined && value !== null ? HIDDEN : toPlain(value, depth + 1);
  }
  return shown;
}

function isSecret(name: string): boolean {
  return SECRET_NAME.test(name.toLowerCase().replace(/[_-]/g, ''));
}

function toPlain(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth > MAX_DEPTH) return '[deep]';
  if (value instanceof Error) return toErrorFields(value, depth);
  if (Array.isArray(value)) return value.map((item) => toPlain(item, depth + 1));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return toFields(value, depth);
  if (ArrayBuffer.isView(value)) return '[bytes]';
  return 'toJSON' in value ? value : `[${value.constructor.name}]`;
}

function toErrorFields(error: Error, depth: number): Record<string, unknown> {
  const { message, stack, cause } = error;
  const code = 'code' in error ? toPlain(error.code, depth + 1) : undefined;
  const errors = error instanceof AggregateError ? toPlain(error.errors, depth + 1) : undefined;
  return { type: error.constructor.name, code, message, stack, cause: toPlain(cause, depth + 1), errors };
}
