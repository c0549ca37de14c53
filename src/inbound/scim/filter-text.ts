import { invalidFilter, readTokens, shown, type Token } from './filter-token.js';

export const MAX_FILTER_LENGTH = 10_000;
const MAX_FILTER_DEPTH = 32;
const MAX_COMPARISONS = 200;

/** Ends a placeholder: it stands in no attribute's name and is no operator, so nothing else can look like one. */
const MARK = '%';

/** A filter in a form that scim2-parse-filter reads right: its paths and literals taken out. */
export interface FilterText {
  /** In place of each path and literal stands its index among the tokens: `P3%`, `"5"`. */
  text: string;
  tokens: Token[];
}

type Expected = 'a condition' | 'an operator' | 'a value' | 'and, or, or its end';

const OPERATORS = new Set(['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le', 'pr']);
const PATH = /^(?:urn:(?!.*["'[\]])[!-~]+|[A-Za-z$][\w$-]*(?:\.[A-Za-z$][\w$-]*)?)$/i;

const WANTED: Record<Expected, string> = {
  'a condition': 'an attribute, "not" or "(" was expected',
  'an operator': `an operator (${[...OPERATORS].join(', ')}) was expected`,
  'a value': 'a value (a string in quotes, a number, true, false or null) was expected',
  'and, or, or its end': '"and", "or" or the end was expected',
};

/**
 * Checks a filter against the grammar of RFC 7644 §3.4.2.2 and hides from the parser what scim2-parse-filter 0.2.10
 * gets wrong: it decodes `\\` and `\u` wrongly, knows no `$ref`, takes `not` without parentheses, `1user` and `a..b`,
 * forgets which element `emails[...].value` matched, overflows its stack on deep nesting, and its errors name no place.
 * Throws `invalidFilter` with the place.
 */
export function prepareFilter(filter: string, offset = 0): FilterText {
  if (filter.length > MAX_FILTER_LENGTH)
    throw invalidFilter(`it is longer than ${MAX_FILTER_LENGTH} characters`, offset + MAX_FILTER_LENGTH + 1);
  const tokens = readTokens(filter, offset);
  const open: Token[] = [];
  let expected: Expected = 'a condition';
  let text = '';
  let comparisons = 0;
  for (const [index, token] of tokens.entries()) {
    const after = next(expected, token, tokens[index - 1], open);
    const isPath = after === 'an operator';
    if (isPath && ++comparisons > MAX_COMPARISONS)
      throw invalidFilter(`it has more than ${MAX_COMPARISONS} comparisons`, token.at);
    text += written(token, index, isPath);
    expected = after;
  }
  return { text, tokens };
}

/** What must come after a token, if it may stand where it stands. */
function next(expected: Expected, token: Token, before: Token | undefined, open: Token[]): Expected {
  const { kind, text } = token;
  const word = kind === 'word' ? text.toLowerCase() : '';
  const isNot = before?.kind === 'word' && before.text.toLowerCase() === 'not';
  switch (expected) {
    case 'a condition':
      if (text === '(') return opened(token, open);
      if (isNot) throw invalidFilter(`"not" must be followed by "(", not by ${shown(token)}`, token.at);
      if (word === 'not') return 'a condition';
      if (kind === 'word' && PATH.test(text)) return 'an operator';
      break;
    case 'an operator':
      if (text === '[' && !token.isApart && before?.kind !== 'behind') return opened(token, open);
      if (token.isApart && OPERATORS.has(word)) return word === 'pr' ? 'and, or, or its end' : 'a value';
      break;
    case 'a value':
      if (token.isApart && kind === 'literal') return 'and, or, or its end';
      break;
    case 'and, or, or its end':
      if (kind === 'bracket' && ')]'.includes(text)) return closed(token, open);
      if (kind === 'behind' && !token.isApart && PATH.test(text) && !text.includes('.')) return 'an operator';
      if (token.isApart && (word === 'and' || word === 'or')) return 'a condition';
      if (kind === 'end' && open.length === 0) return expected;
  }
  throw unexpected(expected, token, open);
}

function opened(token: Token, open: Token[]): Expected {
  if (token.text === '[' && open.some(({ text }) => text === '['))
    throw invalidFilter('brackets cannot stand in brackets', token.at);
  if (open.push(token) > MAX_FILTER_DEPTH)
    throw invalidFilter(`it nests deeper than ${MAX_FILTER_DEPTH} levels`, token.at);
  return 'a condition';
}

function closed(token: Token, open: Token[]): Expected {
  const opening = open.pop();
  if (opening?.text !== (token.text === ')' ? '(' : '['))
    throw invalidFilter(`${shown(token)} closes nothing that was opened`, token.at);
  return 'and, or, or its end';
}

function unexpected(expected: Expected, token: Token, open: Token[]) {
  const opening = open.at(-1);
  if (token.kind === 'end' && opening && expected === 'and, or, or its end')
    throw invalidFilter(`${shown(opening)} of character ${opening.at} is not closed`, token.at);
  return invalidFilter(`${WANTED[expected]}, not ${shown(token)}`, token.at);
}

function written({ kind, text, isApart }: Token, index: number, isPath: boolean): string {
  if (kind === 'behind') return `.P${index}${MARK}`;
  const space = isApart ? ' ' : '';
  if (kind === 'literal') return `${space}"${index}"`;
  return space + (isPath ? `P${index}${MARK}` : text);
}
