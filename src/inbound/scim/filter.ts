import { parse, type Filter as ParsedFilter } from 'scim2-parse-filter';
import { prepareFilter } from './filter-text.js';
import { invalidFilter, type Literal, type Token } from './filter-token.js';

export type Comparison = 'eq' | 'ne' | 'co' | 'sw' | 'ew' | 'gt' | 'ge' | 'lt' | 'le';

/**
 * A filter as RFC 7644 §3.4.2.2 means it: what stands in brackets is about one value of `path`, also a comparison
 * behind them, so `emails[type eq "work"].value eq "x"` reads as `emails[type eq "work" and value eq "x"]`.
 * `at` and `valueAt`: the characters, from 1, at which path and value begin.
 */
export type Filter =
  | { op: Comparison; path: string; at: number; value: Literal; valueAt: number }
  | { op: 'pr'; path: string; at: number }
  | { op: 'and' | 'or'; filters: Filter[] }
  | { op: 'not'; filter: Filter }
  | { op: '[]'; path: string; at: number; filter: Filter };

/** `offset`: how many characters stand before it in the text that the client knows. Throws `invalidFilter`. */
export function readFilter(text: string, offset = 0): Filter {
  const prepared = prepareFilter(text, offset);
  return restore(parsed(prepared.text), prepared.tokens);
}

function parsed(text: string): ParsedFilter {
  try {
    return parse(text);
  } catch (error) {
    throw invalidFilter('it is not of the form of RFC 7644 section 3.4.2.2', undefined, error);
  }
}

function restore(filter: ParsedFilter, tokens: Token[]): Filter {
  switch (filter.op) {
    case 'and':
    case 'or':
      return (
        correlated(filter, tokens) ?? {
          op: filter.op,
          filters: filter.filters.map((one) => restore(one, tokens)),
        }
      );
    case 'not':
      return { op: 'not', filter: restore(filter.filter, tokens) };
    case '[]':
      return { op: '[]', ...pathOf(filter.attrPath, tokens), filter: restore(filter.valFilter, tokens) };
    case 'pr':
      return { op: 'pr', ...pathOf(filter.attrPath, tokens) };
    default: {
      const { literal: value, at: valueAt } = tokenAt(String(filter.compValue), tokens);
      return { op: filter.op, ...pathOf(filter.attrPath, tokens), value, valueAt };
    }
  }
}

/** The parser's `and` in place of `path[...].sub op value`: only there has a path two placeholders. */
function correlated(filter: ParsedFilter, tokens: Token[]): Filter | undefined {
  if (filter.op !== 'and') return undefined;
  const [inside, behind] = filter.filters;
  if (inside?.op !== '[]' || !behind || !('attrPath' in behind)) return undefined;
  const [, sub] = behind.attrPath.split('.');
  if (sub === undefined) return undefined;
  const filters = [restore(inside.valFilter, tokens), restore({ ...behind, attrPath: sub }, tokens)];
  return { op: '[]', ...pathOf(inside.attrPath, tokens), filter: { op: 'and', filters } };
}

function pathOf(placeholder: string, tokens: Token[]): { path: string; at: number } {
  const { text: path, at } = tokenAt(placeholder.slice(1, -1), tokens);
  return { path, at };
}

function tokenAt(index: string, tokens: Token[]): Token {
  const token = tokens[Number(index)];
  if (!token) throw new TypeError(`the parser made up a placeholder: ${index}`);
  return token;
}
