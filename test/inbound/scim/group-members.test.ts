import { expect, test } from '@jest/globals';
import { readMemberOperations } from '../../../src/inbound/scim/group-members.js';
import type { Operation } from '../../../src/inbound/scim/operations.js';
import { GROUP_SHAPE } from './shapes.js';

const id = '0198f1aa-0000-7000-8000-000000000000';
const named = (name: string): Operation => ({ op: 'remove', path: `members[display eq "${name}"]` });
const stepsOf = (...operations: Operation[]) =>
  readMemberOperations(GROUP_SHAPE, operations, 'https://keys.example/scim/v2').steps;

test('filters that stand beside each other look at the members once', () => {
  const rename: Operation = { op: 'replace', path: 'displayName', value: 'Hosts' };
  const [step, ...others] = stepsOf(named('Ann'), rename, named('Ben'), named('Cid'));
  expect(others).toEqual([]);
  const isMeant = (display: string) =>
    step?.step === 'remove-matching' && step.matches({ id, type: 'User', display });
  expect(['Ann', 'Ben', 'Cid', 'Dan'].filter(isMeant)).toEqual(['Ann', 'Ben', 'Cid']);
});

test('what stands between them is done between them', () => {
  const add: Operation = { op: 'add', path: 'members', value: [{ value: id, display: 'Ben' }] };
  const steps = stepsOf(named('Ann'), add, named('Ben'));
  expect(steps.map(({ step }) => step)).toEqual(['remove-matching', 'add', 'remove-matching']);
});
