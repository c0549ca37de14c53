import { z } from 'zod';
import { Problem } from '../http/problem.js';
import { isId } from '../records/is-id.js';

const MAX_ISSUES = 10;
const MAX_DETAIL_LENGTH = 500;

/**
 * What an operator asked for, checked. The message says what is wrong and where, and repeats no value: it may be
 * a secret in the wrong place.
 *
 * @throws Problem 400 INPUT_INVALID
 */
export function parseInput<T>(schema: z.ZodType<T>, given: unknown): T {
  const read = schema.safeParse(given);
  if (read.success) return read.data;
  const issues = read.error.issues.slice(0, MAX_ISSUES).map(({ path, message }) => say(path, message));
  throw invalidInput(issues.join('; ').slice(0, MAX_DETAIL_LENGTH));
}

export function invalidInput(detail: string): Problem {
  return new Problem({ status: 400, code: 'INPUT_INVALID', detail });
}

function say(path: readonly PropertyKey[], message: string): string {
  const where = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('');
  return where === '' ? message : `${where.replace(/^\./, '')}: ${message}`;
}

/** Of sources and tokens: stands in paths and in the audit. */
export const nameInput = z
  .string({ error: 'must be a text' })
  .regex(
    /^[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?$/,
    'must be 1 to 63 of a-z, 0-9, - and _, beginning and ending with a letter or digit',
  );

/** How an operator names a person. */
export const WHO = 'a mail, a Zoom user id or a person id';
export const whoInput = z
  .string({ error: `must be ${WHO}` })
  .trim()
  .regex(/^[^\p{Cc}\p{Cs}]{1,320}$/u, `must be ${WHO}`);

export const idInput = z.string({ error: 'must be an id' }).toLowerCase().refine(isId, 'must be an id');

export const codeInput = z
  .string({ error: 'must be a code' })
  .regex(/^[A-Z][A-Z0-9_]{0,63}$/, 'must be a code, such as ZOOM_TIMEOUT');

/** May come as a text, from a query; left out it is false. */
export const booleanInput = z
  .union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')], {
    error: 'must be true or false',
  })
  .default(false);

/** A moment with its zone, since a time of day means another moment at every desk. */
export const timeInput = z.iso
  .datetime({ offset: true, error: 'must be a time such as 2026-11-25T14:00:00+01:00' })
  .transform((text) => new Date(text));

const MAX_LIMIT = 500;
const DEFAULT_LIMIT = 50;

/** Numbers may come as texts: from a query or a command line. */
export function numberInput(min: number, max: number) {
  const error = `must be a number from ${min} to ${max}`;
  return z
    .union(
      [
        z.number(),
        z
          .string()
          .regex(/^\d+(?:\.\d+)?$/)
          .transform(Number),
      ],
      { error },
    )
    .refine((value) => value >= min && value <= max, error);
}

export function wholeNumberInput(min: number, max: number) {
  return numberInput(min, max).refine(Number.isInteger, 'must be a whole number');
}

export const pagingInput = {
  limit: wholeNumberInput(1, MAX_LIMIT).default(DEFAULT_LIMIT),
  cursor: idInput.optional(),
};
