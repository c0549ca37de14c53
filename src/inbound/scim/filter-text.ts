import { refusal, type ScimError } from './error.js';

export const MAX_FILTER_LENGTH = 4096;
const MAX_FILTER_DEPTH = 32;

/** Marks for what the parser has no tokens for; `%` stands in no attribute's name, so nothing else can look like one. */
export const SUB_MARK = 'S%';
export const DOLLAR_MARK = 'D%';

/** A filter in a form that scim2-parse-filter reads right, its literals taken out. */
export interface FilterText {
  text: string;
  /** The literals; where each stood, `text` has its index in quotes. */
  literals: Literal[];
}
export type Literal = string | number | boolean | null;

/** The last alternative is the quote that opens a string without an end. */
const TOKENS = /\s+|"(?:[^"\\]|\\.)*"|[()[\]]|[^\s"()[\]]+|"/gs;
const NUMBER = /^-?\d+(?:\.\d+)?(?:e[-+]?\d+)?$/i;
const WORD = /^[A-Za-z$.][\w.:$/-]*$/;
const CONSTANTS = new Map<string, Literal>([
  ['true', true],
  ['false', false],
  ['null', null],
]);
const HALF_PAIR = /\p{Surrogate}/u;

/**
 * Puts right, before parsing, what scim2-parse-filter 0.2.10 gets wrong: it decodes `\\` and `\u` escapes wrongly,
 * knows no `$ref`, takes `not` without parentheses, no negative number before a space and `true` in lower case only,
 * forgets which element `emails[...].value` matched, and overflows its stack on deep nesting.
 * Throws `invalidFilter`.
 */
export function prepareFilter(filter: string): FilterText {
  if (filter.length > MAX_FILTER_LENGTH)
    throw invalidFilter(`it is longer than ${MAX_FILTER_LENGTH} characters`);
  const literals: Literal[] = [];
  let text = '';
  let depth = 0;
  let before = '';
  for (const token of tokensOf(filter)) {
    if (token === '(' || token === '[') depth++;
    if (token === ')' || token === ']') depth--;
    if (depth > MAX_FILTER_DEPTH) throw invalidFilter(`it nests deeper than ${MAX_FILTER_DEPTH} levels`);
    text += rewrite(token, before, literals);
    if (token === ' ') continue;
    if (before === 'not' && token !== '(') break;
    before = token.toLowerCase();
  }
  if (before === 'not') throw invalidFilter('"not" must be followed by "("');
  return { text, literals };
}

export function invalidFilter(why: string, cause?: unknown): ScimError {
  return refusal('invalidFilter', `the filter cannot be used: ${why}`, cause);
}

function* tokensOf(filter: string): Generator<string> {
  for (const { 0: token, index } of filter.matchAll(TOKENS)) {
    if (token === '"') throw invalidFilter(`the string that begins at character ${index + 1} does not end`);
    yield /^\s/.test(token) ? ' ' : token;
  }
}

function rewrite(token: string, before: string, literals: Literal[]): string {
  if (token.startsWith('"')) return placeholder(readString(token), literals);
  if (NUMBER.test(token)) return placeholder(Number(token), literals);
  const constant = CONSTANTS.get(token.toLowerCase());
  if (constant !== undefined) return placeholder(constant, literals);
  if (' ()[]'.includes(token)) return token;
  if (!WORD.test(token)) throw invalidFilter(`it has ${JSON.stringify(token.slice(0, 40))}`);
  const word = token.replaceAll('$', DOLLAR_MARK);
  return before === ']' && word.startsWith('.') ? `.${SUB_MARK}${word.slice(1)}` : word;
}

function placeholder(literal: Literal, literals: Literal[]): string {
  return `"${literals.push(literal) - 1}"`;
}

function readString(token: string): string {
  try {
    const value: unknown = JSON.parse(token);
    if (typeof value === 'string' && !HALF_PAIR.test(value) && !value.includes('\0')) return value;
  } catch (error) {
    throw invalidFilter('a string in it is not a JSON string', error);
  }
  throw invalidFilter('a string in it has a NUL or half a surrogate pair');
}
