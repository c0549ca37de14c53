import fc from 'fast-check';
import type { Node, Path, Value } from './naive.js';
import type { Names } from './names.js';
import { DATES, NUMBERS, TEXTS } from './words.js';

const ORDER = ['gt', 'ge', 'lt', 'le'] as const;
const PARTS = ['co', 'sw', 'ew'] as const;
const EQUALITY = ['eq', 'ne'] as const;
type Compare = Extract<Node, { value: Value }>['op'];

/** Which comparisons a type has, with which values. */
function comparisons({ fact, words = [] }: Path): fc.Arbitrary<{ op: Compare; value: Value }> {
  const usual = fc.constantFrom<Value>(...TEXTS, 'work', 'HOME', 'Hosts', 'direct');
  const texts = words.length > 0 ? fc.oneof(usual, fc.constantFrom<Value>(...words)) : usual;
  const numbers = fc.constantFrom<Value>(...NUMBERS);
  const flags = fc.constantFrom<Value>(true, false, 'True', 'FALSE');
  const of = (ops: readonly Compare[], value: fc.Arbitrary<Value>) =>
    fc.record({ op: fc.constantFrom<Compare>(...ops), value });
  const nothing = of(EQUALITY, fc.constant(null));
  switch (fact.type) {
    case 'boolean':
      return fc.oneof(of(EQUALITY, flags), nothing);
    case 'number':
      return fc.oneof({ weight: 5, arbitrary: of([...EQUALITY, ...ORDER], numbers) }, nothing);
    case 'dateTime': {
      const dates = fc.constantFrom<Value>(...DATES);
      const instants = of([...EQUALITY, ...ORDER], dates);
      return fc.oneof(
        { weight: 4, arbitrary: instants },
        of(PARTS, fc.constantFrom('2026', '00Z', ':')),
        nothing,
      );
    }
    case 'binary':
      return of([...EQUALITY, ...PARTS], texts);
    case 'any':
      return fc.oneof(
        of([...EQUALITY, ...ORDER, ...PARTS], texts),
        of([...EQUALITY, ...ORDER], numbers),
        of(EQUALITY, flags),
        nothing,
      );
    default:
      return fc.oneof({ weight: 9, arbitrary: of([...EQUALITY, ...ORDER, ...PARTS], texts) }, nothing);
  }
}

const compare = (paths: Path[]): fc.Arbitrary<Node> =>
  fc.constantFrom(...paths).chain((path) => comparisons(path).map((one) => ({ ...one, path })));
const present = (paths: Path[]): fc.Arbitrary<Node> =>
  fc.constantFrom(...paths).map((path) => ({ op: 'pr', path }));

/** `leaf` under and, or, not, a few levels deep. */
function logic(leaf: fc.Arbitrary<Node>, depth: number): fc.Arbitrary<Node> {
  if (depth === 0) return leaf;
  const deeper = logic(leaf, depth - 1);
  const nodes = fc.array(deeper, { minLength: 2, maxLength: 3 });
  return fc.oneof(
    { weight: 3, arbitrary: leaf },
    fc.record({ op: fc.constantFrom<'and' | 'or'>('and', 'or'), nodes }),
    fc.record({ op: fc.constant('not' as const), node: deeper }),
  );
}

/** Brackets behind one of these, and what they ask. */
export const brackets = (of: Names['brackets']) =>
  fc
    .constantFrom(...of)
    .chain(({ path, subs }) =>
      logic(fc.oneof(compare(subs), present(subs)), 2).map((node) => ({ op: '[]' as const, path, node })),
    );

export const filtersOf = (names: Names): fc.Arbitrary<Node> =>
  logic(
    fc.oneof(
      { weight: 3, arbitrary: compare(names.single) },
      { weight: 3, arbitrary: compare(names.many) },
      { weight: 2, arbitrary: brackets(names.brackets) },
      present(names.presence),
    ),
    2,
  );

/** The filter as a client writes it. */
export function written(node: Node): string {
  switch (node.op) {
    case 'and':
    case 'or':
      return node.nodes.map((one) => `(${written(one)})`).join(` ${node.op} `);
    case 'not':
      return `not (${written(node.node)})`;
    case 'pr':
      return `${node.path.text} pr`;
    case '[]':
      return `${node.path.text}[${written(node.node)}]`;
    default:
      return `${node.path.text} ${node.op} ${JSON.stringify(node.value)}`;
  }
}
