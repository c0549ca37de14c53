import { refusal, type ScimError } from './error.js';

export type Literal = string | number | boolean | null;

/** A piece of a filter, and the place of its first character in the text, from 1. */
export interface Token {
  kind: 'bracket' | 'word' | 'literal' | 'behind' | 'end';
  /** As it was written; of a `behind`, the sub-attribute without its dot. */
  text: string;
  at: number;
  /** Whether a space stands before it. */
  isApart: boolean;
  literal: Literal;
}

/** The third alternative is the quote that opens a string without an end. */
const TOKENS = /(\s*)("(?:[^"\\]|\\.)*"|[()[\]]|"|[^\s"()[\]]+)/gs;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[-+]?\d+)?$/i;
const CONSTANTS = new Map<string, Literal>([
  ['true', true],
  ['false', false],
  ['null', null],
]);
const HALF_PAIR = /\p{Surrogate}/u;
const SHOWN_LENGTH = 40;

/** Splits a filter into its pieces and an `end`. Throws `invalidFilter` for a literal that is none. */
export function readTokens(filter: string, offset: number): Token[] {
  const tokens: Token[] = [];
  for (const { 1: space = '', 2: text = '', index } of filter.matchAll(TOKENS)) {
    const at = offset + index + space.length + 1;
    tokens.push({ ...read(text, at, tokens.at(-1)), at, isApart: space !== '' });
  }
  const end = {
    kind: 'end',
    text: '',
    at: offset + filter.length + 1,
    isApart: false,
    literal: null,
  } as const;
  return [...tokens, end];
}

/** `at`: the character, from 1, at which it cannot be used. */
export function invalidFilter(why: string, at?: number, cause?: unknown): ScimError {
  const place = at === undefined ? '' : ` at character ${at}`;
  return refusal('invalidFilter', `the filter cannot be used${place}: ${why}`, cause);
}

export function shown({ kind, text }: Pick<Token, 'kind' | 'text'>): string {
  return kind === 'end' ? 'its end' : JSON.stringify(text.slice(0, SHOWN_LENGTH));
}

function read(text: string, at: number, before: Token | undefined): Pick<Token, 'kind' | 'text' | 'literal'> {
  if (text.startsWith('"')) return { kind: 'literal', text, literal: readString(text, at) };
  if ('()[]'.includes(text)) return { kind: 'bracket', text, literal: null };
  if (before?.text === ']' && text.startsWith('.'))
    return { kind: 'behind', text: text.slice(1), literal: null };
  if (NUMBER.test(text)) return { kind: 'literal', text, literal: readNumber(text, at) };
  const constant = CONSTANTS.get(text.toLowerCase());
  if (constant !== undefined) return { kind: 'literal', text, literal: constant };
  return { kind: 'word', text, literal: null };
}

function readNumber(text: string, at: number): number {
  const number = Number(text);
  if (!Number.isFinite(number)) throw invalidFilter('the number is too large', at);
  return number;
}

function readString(text: string, at: number): string {
  if (text === '"') throw invalidFilter('the string that begins there does not end', at);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw invalidFilter('the string that begins there is not a JSON string', at, cause);
  }
  if (typeof value === 'string' && !HALF_PAIR.test(value) && !value.includes('\0')) return value;
  throw invalidFilter('the string that begins there has a NUL or half a surrogate pair', at);
}
