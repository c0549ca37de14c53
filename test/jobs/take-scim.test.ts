import { beforeEach, describe, expect, test } from '@jest/globals';
import type { ScimRow, ScimWrite } from '../../src/jobs/intake.js';
import { takeScim } from '../../src/jobs/take-scim.js';
import type { Changes } from '../../src/records/changes.js';
import type { Known } from '../../src/records/known.js';

const NOW = Date.parse('2026-11-24T12:00:00Z');

let known: Known;
let changes: Changes;
beforeEach(() => {
  known = { notices: new Map(), resources: new Map(), names: new Map(), parents: new Map() };
  changes = {};
});

function row(id: string, nameKey: string): ScimRow {
  return { id, type: 'User', nameKey, externalId: null, active: true, resource: { userName: nameKey } };
}

function take(write: ScimWrite, sourceId = 'okta', now = NOW) {
  return takeScim(sourceId, write, known, changes, now);
}

const create = (id: string, nameKey: string): ScimWrite => ({ write: 'create', row: row(id, nameKey) });
const replace = (id: string, nameKey: string, expectedVersion: number): ScimWrite => ({
  write: 'replace',
  row: row(id, nameKey),
  expectedVersion,
});
const remove = (id: string, expectedVersion: number): ScimWrite => ({ write: 'delete', id, expectedVersion });

describe('a SCIM write', () => {
  test('that creates is kept at version 1, as of the commit', () => {
    expect(take(create('1', 'ann'))).toEqual({ outcome: 'kept', version: 1, createdAt: NOW });
    expect(changes.scimCreated).toMatchObject([
      {
        source_id: 'okta',
        id: '1',
        type: 'User',
        name_key: 'ann',
        version: 1,
        created_at: '2026-11-24T12:00:00.000Z',
      },
    ]);
  });

  test('that replaces raises the version and keeps the time of creation', () => {
    take(create('1', 'ann'));
    expect(take(replace('1', 'ann', 1), 'okta', NOW + 5)).toEqual({
      outcome: 'kept',
      version: 2,
      createdAt: NOW,
    });
    expect(changes.scimReplaced).toMatchObject([
      { id: '1', version: 2, updated_at: '2026-11-24T12:00:00.005Z' },
    ]);
  });

  test('that deletes is kept once', () => {
    take(create('1', 'ann'));
    expect([take(remove('1', 1)), take(remove('1', 1))].map((one) => one.outcome)).toEqual([
      'kept',
      'version-changed',
    ]);
    expect(changes.scimDeleted).toEqual([{ source_id: 'okta', id: '1' }]);
  });

  test.each<[string, ScimWrite[], string]>([
    ['creates a name that is taken', [create('1', 'ann'), create('2', 'ann')], 'name-taken'],
    [
      'takes the name of another',
      [create('1', 'ann'), create('2', 'bob'), replace('2', 'ann', 1)],
      'name-taken',
    ],
    [
      'was read before another write',
      [create('1', 'ann'), replace('1', 'anna', 1), replace('1', 'anne', 1)],
      'version-changed',
    ],
    [
      'deletes what was changed meanwhile',
      [create('1', 'ann'), replace('1', 'anna', 1), remove('1', 1)],
      'version-changed',
    ],
    [
      'replaces what is gone',
      [create('1', 'ann'), remove('1', 1), replace('1', 'ann', 1)],
      'version-changed',
    ],
    ['replaces what never was', [replace('1', 'ann', 1)], 'version-changed'],
  ])('is refused, and changes nothing, when it %s', (_, writes, outcome) => {
    for (const write of writes.slice(0, -1)) expect(take(write).outcome).toBe('kept');
    const before = structuredClone({ known, changes });
    expect(take(writes.at(-1)!)).toEqual({ outcome });
    expect({ known, changes }).toEqual(before);
  });

  test.each<[string, ScimWrite[]]>([
    ['is its own', [create('1', 'ann'), replace('1', 'ann', 1)]],
    ['was given up by a rename', [create('1', 'ann'), replace('1', 'anna', 1), create('2', 'ann')]],
    ['was given up by a delete', [create('1', 'ann'), remove('1', 1), create('2', 'ann')]],
  ])('may have a name that %s', (_, writes) => {
    expect(writes.map((write) => take(write).outcome)).toEqual(writes.map(() => 'kept'));
  });

  test('of one source is nothing to another', () => {
    expect([take(create('1', 'ann')), take(create('2', 'ann'), 'entra')].map((one) => one.outcome)).toEqual([
      'kept',
      'kept',
    ]);
    expect(take(replace('1', 'bob', 1), 'entra').outcome).toBe('version-changed');
  });

  test('the same 50 times at once is kept once, the rest find the name taken', () => {
    const outcomes = Array.from({ length: 50 }, (_, index) => take(create(`${index}`, 'ann')).outcome);
    expect(outcomes.filter((one) => one === 'kept')).toHaveLength(1);
    expect(outcomes.filter((one) => one === 'name-taken')).toHaveLength(49);
  });
});
