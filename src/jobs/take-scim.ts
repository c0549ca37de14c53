import { iso, type Changes } from '../records/changes.js';
import type { Known } from '../records/known.js';
import type { ScimRow, ScimWrite } from './intake.js';

export interface Written {
  outcome: 'kept' | 'name-taken' | 'version-changed';
  version?: number;
  createdAt?: number;
}

/** Puts a SCIM write among the changes, if the directory is still as the request saw it; `known` follows. */
export function takeScim(
  sourceId: string,
  scim: ScimWrite,
  known: Known,
  changes: Changes,
  now: number,
): Written {
  const key = `${sourceId} ${scim.write === 'delete' ? scim.id : scim.row.id}`;
  if (scim.write === 'create') return create(sourceId, scim.row, key, known, changes, now);
  const there = known.resources.get(key);
  if (there?.version !== scim.expectedVersion) return { outcome: 'version-changed' };
  if (scim.write === 'delete') {
    known.resources.delete(key);
    forgetNames(known, scim.id);
    (changes.scimDeleted ??= []).push({ source_id: sourceId, id: scim.id });
    const parents = known.parents.get(key) ?? [];
    const touched = parents.map((id) => ({ source_id: sourceId, id, updated_at: iso(now) }));
    (changes.scimTouched ??= []).push(...touched);
    return { outcome: 'kept' };
  }
  if (isTaken(sourceId, scim.row, known)) return { outcome: 'name-taken' };
  const version = there.version + 1;
  known.resources.set(key, { ...there, version });
  forgetNames(known, scim.row.id);
  known.names.set(nameOf(sourceId, scim.row), scim.row.id);
  (changes.scimReplaced ??= []).push({ ...columns(sourceId, scim.row), version, updated_at: iso(now) });
  return { outcome: 'kept', version, createdAt: there.createdAt };
}

function create(
  sourceId: string,
  row: ScimRow,
  key: string,
  known: Known,
  changes: Changes,
  now: number,
): Written {
  if (isTaken(sourceId, row, known)) return { outcome: 'name-taken' };
  known.names.set(nameOf(sourceId, row), row.id);
  known.resources.set(key, { id: row.id, version: 1, createdAt: now });
  const times = { created_at: iso(now), updated_at: iso(now) };
  (changes.scimCreated ??= []).push({ ...columns(sourceId, row), type: row.type, version: 1, ...times });
  return { outcome: 'kept', version: 1, createdAt: now };
}

function columns(sourceId: string, row: ScimRow) {
  const { id, active, resource } = row;
  return { source_id: sourceId, id, name_key: row.nameKey, external_id: row.externalId, active, resource };
}

function isTaken(sourceId: string, row: ScimRow, known: Known): boolean {
  const holder = known.names.get(nameOf(sourceId, row));
  return holder !== undefined && holder !== row.id;
}

function nameOf(sourceId: string, row: ScimRow): string {
  return `${sourceId} ${row.type} ${row.nameKey}`;
}

function forgetNames(known: Known, id: string): void {
  for (const [name, holder] of known.names) if (holder === id) known.names.delete(name);
}
