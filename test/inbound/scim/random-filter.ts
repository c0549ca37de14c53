import fc from 'fast-check';
import type { Node, Path, Value } from './naive.js';
import { BRACKETS, LITERALS, MANY, PRESENCE, SINGLE } from './people-of-every-kind.js';

const ORDER = ['gt', 'ge', 'lt', 'le'] as const;
const PARTS = ['co', 'sw', 'ew'] as const;
const EQUALITY = ['eq', 'ne'] as const;
type Compare = Extract<Node, { value: Value }>['op'];

/** Which comparisons a type has, with which values. */
function comparisons({ fact }: Path): fc.Arbitrary<{ op: Compare; value: Value }> {
  const texts = fc.constantFrom<Value>(...LITERALS.texts, 'work', 'HOME', 'Hosts', 'user', 'direct', 'W/"2"');
  const numbers = fc.constantFrom<Value>(...LITERALS.numbers);
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
      const dates = fc.constantFrom<Value>(...LITERALS.dates);
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
export const brackets = (of: typeof BRACKETS) =>
  fc
    .constantFrom(...of)
    .chain(({ path, subs }) =>
      logic(fc.oneof(compare(subs), present(subs)), 2).map((node) => ({ op: '[]' as const, path, node })),
    );

export const filters: fc.Arbitrary<Node> = logic(
  fc.oneof(
    { weight: 3, arbitrary: compare(SINGLE) },
    { weight: 3, arbitrary: compare(MANY) },
    { weight: 2, arbitrary: brackets(BRACKETS) },
    present(PRESENCE),
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
