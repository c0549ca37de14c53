import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isSameJson, type JsonObject } from '../../../src/inbound/scim/json.js';
import { readOperations } from '../../../src/inbound/scim/operations.js';
import {
  patchUser,
  readUser,
  replaceUser,
  type UserResource,
} from '../../../src/inbound/scim/user-resource.js';
import { badgeShapes } from './badge.js';
import { applySteps, KINDS, Refused, type Condition, type Step } from './patch-model.js';

const shape = badgeShapes().User;

const text = fc.constantFrom('a', 'A', 'b', 'ba', 'É');
const time = fc.constantFrom('2008-01-23T04:56:22Z', '2008-01-23T05:56:22+01:00', '2009-01-01T00:00:00Z');
const type = fc.constantFrom('work', 'Home', 'lab', 'office', 'club');
const part = { sub: 'display', value: text };

/** The parts of lists and complex values, and what they can be. */
const PARTS: Record<string, Record<string, fc.Arbitrary<string | number | boolean>>> = {
  name: { givenName: text, familyName: text },
  emails: { value: text, type, display: part.value, primary: fc.boolean() },
  roles: { value: text, type, display: part.value, primary: fc.boolean() },
  manager: { value: text, $ref: text },
  visits: { value: text, type, at: time, count: fc.integer({ min: -2, max: 2 }), primary: fc.boolean() },
};

const partsOf = (name: string) => PARTS[name] ?? {};
const some = (name: string) => fc.record(partsOf(name), { requiredKeys: [] });
const nullable = <T>(value: fc.Arbitrary<T>) => fc.option(value, { freq: 5, nil: null });
const someOrNull = (name: string) =>
  fc.record(Object.fromEntries(Object.entries(partsOf(name)).map(([sub, value]) => [sub, nullable(value)])), {
    requiredKeys: [],
  });
const listOf = (name: string) =>
  fc
    .array(
      some(name).filter((one) => Object.keys(one).length > 0),
      { maxLength: 4 },
    )
    .map(withOnePrimary);

function withOnePrimary(list: JsonObject[]): JsonObject[] {
  const first = list.findIndex(({ primary }) => primary === true);
  return list.map((one, index) =>
    index > first && one['primary'] === true ? { ...one, primary: false } : one,
  );
}

const SIMPLE: Record<string, fc.Arbitrary<unknown>> = {
  title: text,
  active: fc.boolean(),
  department: text,
  number: fc.integer({ min: 0, max: 3 }),
  serial: text,
};

function condition(name: string): fc.Arbitrary<Condition> {
  return fc.constantFrom(...Object.keys(partsOf(name))).chain((sub) => {
    const isText = ['value', 'type', 'display'].includes(sub);
    const ops =
      sub === 'primary' ? ['eq', 'ne', 'pr'] : ['eq', 'eq', 'ne', 'gt', 'pr', ...(isText ? ['sw'] : [])];
    return fc.record({
      sub: fc.constant(sub),
      op: fc.constantFrom(...(ops as Condition['op'][])),
      value: partsOf(name)[sub] ?? text,
    });
  });
}

const op = fc.constantFrom<Step['op'][]>('add', 'replace', 'remove');

function stepOn(attribute: string): fc.Arbitrary<Step> {
  const { urn, kind } = KINDS[attribute] ?? { kind: 'simple' };
  const at = { attribute: fc.constant(attribute), op, ...(urn && { urn: fc.constant(urn) }) };
  const subs = Object.keys(partsOf(attribute));
  const onPart = (where: object) =>
    fc.constantFrom(...subs).chain((sub) =>
      fc.record({
        ...at,
        ...where,
        sub: fc.constant(sub),
        value: nullable(partsOf(attribute)[sub] ?? text),
      }),
    );
  switch (kind) {
    case 'complex':
      return fc.oneof(fc.record({ ...at, value: nullable(someOrNull(attribute)) }), onPart({}));
    case 'pointer':
      return fc.oneof(
        fc.record({ ...at, value: fc.oneof(text, fc.constant(''), nullable(someOrNull(attribute))) }),
        onPart({}),
      );
    case 'texts':
      return fc.record({ ...at, value: nullable(fc.array(text, { maxLength: 3 })) });
    case 'list': {
      const where = { where: fc.array(condition(attribute), { minLength: 1, maxLength: 2 }) };
      const whole = someOrNull(attribute).filter((one) => Object.values(one).some((value) => value !== null));
      return fc.oneof(
        fc.record({
          ...at,
          value: nullable(
            fc.oneof(
              listOf(attribute),
              some(attribute).filter((one) => Object.keys(one).length > 0),
            ),
          ),
        }),
        fc.record({ ...at, ...where, value: whole }),
        onPart(where),
        onPart({}),
      );
    }
    default:
      return fc.record({ ...at, value: nullable(SIMPLE[attribute] ?? text) });
  }
}

const step = fc.constantFrom(...Object.keys(KINDS)).chain(stepOn);

const resource = fc
  .record(
    {
      title: text,
      active: fc.boolean(),
      name: some('name'),
      emails: listOf('emails'),
      roles: listOf('roles'),
      department: text,
      manager: text,
      badge: fc.record(
        {
          number: SIMPLE['number'] as fc.Arbitrary<unknown>,
          serial: text,
          doors: fc.array(text, { maxLength: 3 }),
          visits: listOf('visits'),
        },
        { requiredKeys: ['number'] },
      ),
    },
    { requiredKeys: [] },
  )
  .map(({ badge, ...others }) =>
    readUser(shape, { userName: 'u', ...others, ...(badge && { [KINDS['number']?.urn as string]: badge }) }),
  );

/** A step as a client may write it. */
const written = (steps: Step[]) =>
  fc
    .array(fc.record({ isPathless: fc.boolean(), isLoud: fc.boolean() }), {
      minLength: steps.length,
      maxLength: steps.length,
    })
    .map((ways) =>
      steps.map((one, index) => write(one, ways[index] ?? { isPathless: false, isLoud: false })),
    );

function write(
  { op, urn, attribute, where, sub, value }: Step,
  way: { isPathless: boolean; isLoud: boolean },
): JsonObject {
  const literal = ({ sub, op, value }: Condition) =>
    op === 'pr' ? `${sub} pr` : `${sub} ${op} ${JSON.stringify(value)}`;
  const filter = where ? `[${where.map(literal).join(' and ')}]` : '';
  const name = way.isLoud ? attribute.toUpperCase() : attribute;
  const path = `${urn ? `${urn}:` : ''}${name}${filter}${sub ? `.${sub}` : ''}`;
  const word = way.isLoud ? op.toUpperCase() : op;
  if (op === 'remove') return { op: word, path, ...(!where && !sub && value !== null && { value }) };
  return way.isPathless ? { op: word, value: { [path]: value } } : { op: word, path, value };
}

/** The model is not told of values that a removal of a part or by a filter ignores. */
function stepFor({ op, where, sub, value, ...others }: Step): Step {
  const isIgnored =
    op === 'remove' && (where || sub || !['list', 'texts'].includes(KINDS[others.attribute]?.kind ?? ''));
  return { op, ...others, ...(where && { where }), ...(sub && { sub }), ...(!isIgnored && { value }) };
}

function outcomeOf(attempt: () => JsonObject): unknown {
  try {
    const { schemas: _, ...others } = attempt();
    return others;
  } catch (error) {
    if (error instanceof Refused) return error.scimType;
    const { scimType } = error as { scimType?: string };
    if (scimType === undefined) throw error;
    return scimType;
  }
}

test('a PATCH does what a plain reading of RFC 7644 does, also what it refuses', () => {
  const cases = fc.tuple(
    resource,
    fc
      .array(step, { minLength: 1, maxLength: 5 })
      .chain((steps) => fc.tuple(fc.constant(steps), written(steps))),
  );
  fc.assert(
    fc.property(cases, ([before, [steps, Operations]]) => {
      const copy = structuredClone(before);
      const engine = outcomeOf(() => patchUser(shape, before, readOperations({ Operations })));
      expect(engine).toEqual(outcomeOf(() => applySteps(before, steps.map(stepFor))));
      expect(before).toEqual(copy);
    }),
    { numRuns: 300 },
  );
});

test('what is read back and put again, or added again, is no change', () => {
  fc.assert(
    fc.property(resource, (kept: UserResource) => {
      expect(replaceUser(shape, kept, structuredClone(kept))).toEqual(kept);
      expect(readUser(shape, structuredClone(kept))).toEqual(kept);
      const { schemas: _, ...value } = kept;
      const add = readOperations({ Operations: [{ op: 'add', value }] });
      expect(isSameJson(patchUser(shape, kept, add), kept)).toBe(true);
    }),
    { numRuns: 100 },
  );
});
