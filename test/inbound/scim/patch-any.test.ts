import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ENTERPRISE_URN } from '../../../src/inbound/scim/schema-enterprise.js';
import { home, patched, refusalOf, user, work } from './patching.js';

describe('for any user and any operations', () => {
  const name = fc.constantFrom(
    'title',
    'TITLE',
    'name.givenName',
    'emails',
    'emails[type eq "work"].value',
    'roles[primary eq "True"]',
    'manager',
    `${ENTERPRISE_URN}:department`,
    'urn:x:1:User:a',
    'colour',
    '__proto__',
    'constructor',
  );
  const value = fc.oneof(
    fc.string(),
    fc.boolean(),
    fc.constant(null),
    fc.constantFrom<unknown>({ value: 'v' }, [{ value: 'v', type: 'work' }], { value: '' }, [], {}, 'True'),
    fc.jsonValue({ maxDepth: 2 }),
  );
  const operation = fc.record({ op: fc.constantFrom('Add', 'replace', 'REMOVE'), path: name, value });

  test('the user that was there is not touched, and the outcome is sound or a refusal', () => {
    fc.assert(
      fc.property(fc.array(operation, { minLength: 1, maxLength: 6 }), (operations) => {
        const before = user({ title: 't', emails: [work, home], [ENTERPRISE_URN]: { department: 'D' } });
        const copy = structuredClone(before);
        try {
          const next = patched(before, ...operations);
          expect(next.userName).toBe('mira');
          expect(JSON.parse(JSON.stringify(next))).toEqual(next);
        } catch (error) {
          expect(error).toMatchObject({ status: 400, detail: expect.stringMatching(/^Operations\[\d\]/) });
        }
        expect(before).toEqual(copy);
        expect(Object.keys(Object.prototype)).toEqual([]);
      }),
    );
  });

  test('replacing the same twice is the same as once', () => {
    fc.assert(
      fc.property(name, value, (path, given) => {
        const replace = { op: 'replace', path, value: given };
        const once = refusalOf({ emails: [work, home] }, replace);
        expect(refusalOf({ emails: [work, home] }, replace, replace)).toEqual(once);
      }),
    );
  });
});
