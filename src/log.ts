import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';

export type Log = Logger;

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
  return hideInChildren(log);
}

/** pino formats the fields of a line, but not those bound to a child. Children of children inherit this `child`. */
function hideInChildren(log: Log): Log {
  const { child } = log;
  log.child = function (this: Log, bindings: object, ...options: unknown[]) {
    return Reflect.apply(child, this, [toFields(bindings), ...options]);
  } as Log['child'];
  return log;
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
