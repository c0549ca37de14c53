import { describe, expect, test } from '@jest/globals';
import { readExtensions } from '../../../src/inbound/scim/extension-schema.js';
import type { JsonObject } from '../../../src/inbound/scim/json.js';
import { readOperations } from '../../../src/inbound/scim/operations.js';
import { patchUser, readUser } from '../../../src/inbound/scim/user-resource.js';
import { createShapes } from '../../../src/inbound/scim/shape.js';

const KIT_URN = 'urn:example:params:scim:schemas:extension:kit:2.0:User';
const TAGS = { name: 'tags', type: 'string', multiValued: true };

/** Complex attributes, one value and many, with a part that has many values. */
const KIT = {
  id: KIT_URN,
  name: 'Kit',
  attributes: [
    { name: 'bag', type: 'complex', subAttributes: [TAGS, { name: 'note', type: 'string' }] },
    {
      name: 'tools',
      type: 'complex',
      multiValued: true,
      subAttributes: [{ name: 'value', type: 'string' }, TAGS],
    },
  ],
};

const { extensions, problems } = readExtensions([{ name: 'kit.json', json: KIT }]);
const shape = createShapes(extensions).User;
const at = (path: string) => `${KIT_URN}:${path}`;
const after = (kit: JsonObject, operation: object) => {
  const before = readUser(shape, { userName: 'mira', [KIT_URN]: kit });
  return patchUser(shape, before, readOperations({ Operations: [operation] }))[KIT_URN];
};
const bag = (...tags: string[]) => ({ bag: { tags } });
const tools = (...tags: string[]) => ({ tools: [{ value: 'saw', tags }] });

test('the schema of these tests is one', () => expect(problems).toEqual([]));

describe('add unites the values of a part that has many', () => {
  test.each<[string, JsonObject, object, JsonObject]>([
    ['by its path', bag('a'), { path: at('bag.tags'), value: ['b'] }, bag('a', 'b')],
    ['given one', bag('a'), { path: at('bag.tags'), value: 'b' }, bag('a', 'b')],
    ['none of them twice', bag('a'), { path: at('bag.tags'), value: ['A', 'b', 'B'] }, bag('a', 'b')],
    ['given none', bag('a'), { path: at('bag.tags'), value: [] }, bag('a')],
    ['where there was none', {}, { path: at('bag.tags'), value: ['b'] }, bag('b')],
    [
      'with other parts',
      bag('a'),
      { path: at('bag'), value: { tags: ['b'], note: 'n' } },
      { bag: { tags: ['a', 'b'], note: 'n' } },
    ],
    ['without a path', bag('a'), { value: { [KIT_URN]: bag('b') } }, bag('a', 'b')],
    ['by a dotted name', bag('a'), { value: { [at('bag.tags')]: ['b'] } }, bag('a', 'b')],
    [
      'of one of a list',
      tools('a'),
      { path: at('tools[value eq "saw"].tags'), value: ['b'] },
      tools('a', 'b'),
    ],
    [
      'of one of a list, with it',
      tools('a'),
      { path: at('tools[value eq "saw"]'), value: { tags: ['b'] } },
      tools('a', 'b'),
    ],
    [
      'of one that is there already',
      tools('a'),
      { path: at('tools'), value: [{ value: 'saw', tags: ['b'] }] },
      tools('a', 'b'),
    ],
  ])('%s', (_, kit, operation, expected) => {
    expect(after(kit, { op: 'add', ...operation })).toEqual(expected);
  });

  test('up to 300 of them', () => {
    const many = Array.from({ length: 300 }, (_, n) => `t${n}`);
    expect(after(bag(...many), { op: 'add', path: at('bag.tags'), value: 'T7' })).toEqual(bag(...many));
    expect(() => after(bag(...many), { op: 'add', path: at('bag.tags'), value: 'new' })).toThrow(
      expect.objectContaining({
        scimType: 'invalidValue',
        detail: expect.stringMatching(/bag.tags can have at/),
      }),
    );
  });
});

describe('replace leaves none of those that were there', () => {
  test.each<[string, JsonObject, object, JsonObject]>([
    ['by its path', bag('a'), { path: at('bag.tags'), value: ['b'] }, bag('b')],
    ['with other parts', bag('a'), { path: at('bag'), value: { tags: ['b'] } }, bag('b')],
    ['of one of a list', tools('a'), { path: at('tools[value eq "saw"].tags'), value: ['b'] }, tools('b')],
    [
      'of one of a list, with it',
      tools('a'),
      { path: at('tools[value eq "saw"]'), value: { tags: ['b'] } },
      tools('b'),
    ],
  ])('%s', (_, kit, operation, expected) => {
    expect(after(kit, { op: 'replace', ...operation })).toEqual(expected);
  });
});
