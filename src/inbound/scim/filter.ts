import { parse, type Filter as ParsedFilter } from 'scim2-parse-filter';
import { DOLLAR_MARK, invalidFilter, prepareFilter, SUB_MARK, type Literal } from './filter-text.js';

export type Comparison = 'eq' | 'ne' | 'co' | 'sw' | 'ew' | 'gt' | 'ge' | 'lt' | 'le';

/**
 * A filter as RFC 7644 §3.4.2.2 means it: what stands in brackets is about one value of `path`, also a comparison
 * behind them, so `emails[type eq "work"].value eq "x"` reads as `emails[type eq "work" and value eq "x"]`.
 */
export type Filter =
  | { op: Comparison; path: string; value: Literal }
  | { op: 'pr'; path: string }
  | { op: 'and' | 'or'; filters: Filter[] }
  | { op: 'not'; filter: Filter }
  | { op: '[]'; path: string; filter: Filter };

/** Throws `invalidFilter`. */
export function readFilter(text: string): Filter {
  const prepared = prepareFilter(text);
  return restore(parsed(prepared.text), prepared.literals);
}

function parsed(text: string): ParsedFilter {
  try {
    return parse(text);
  } catch (error) {
    throw invalidFilter('it is not of the form of RFC 7644 section 3.4.2.2', error);
  }
}

function restore(filter: ParsedFilter, literals: Literal[]): Filter {
  switch (filter.op) {
    case 'and':
    case 'or':
      return (
        correlated(filter, literals) ?? {
          op: filter.op,
          filters: filter.filters.map((one) => restore(one, literals)),
        }
      );
    case 'not':
      return { op: 'not', filter: restore(filter.filter, literals) };
    case '[]':
      return { op: '[]', path: pathOf(filter.attrPath), filter: restore(filter.valFilter, literals) };
    case 'pr':
      return { op: 'pr', path: pathOf(filter.attrPath) };
    default:
      return { op: filter.op, path: pathOf(filter.attrPath), value: literalAt(filter.compValue, literals) };
  }
}

/** The parser's `and` in place of `path[...].sub op value`, known by the mark before `sub`. */
function correlated(filter: ParsedFilter, literals: Literal[]): Filter | undefined {
  if (filter.op !== 'and') return undefined;
  const [inside, behind] = filter.filters;
  if (inside?.op !== '[]' || !behind || !('attrPath' in behind) || behind.op === '[]') return undefined;
  const mark = `${inside.attrPath}.${SUB_MARK}`;
  if (!behind.attrPath.startsWith(mark)) return undefined;
  const sub = restore({ ...behind, attrPath: behind.attrPath.slice(mark.length) }, literals);
  const filters = [restore(inside.valFilter, literals), sub];
  return { op: '[]', path: pathOf(inside.attrPath), filter: { op: 'and', filters } };
}

function pathOf(attrPath: string): string {
  const path = attrPath.replaceAll(DOLLAR_MARK, '$');
  if (path.includes('%')) throw invalidFilter('a sub-attribute behind "]" must be compared');
  return path;
}

function literalAt(placeholder: unknown, literals: Literal[]): Literal {
  return literals[Number(placeholder)] ?? null;
}
