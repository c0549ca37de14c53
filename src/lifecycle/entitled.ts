import { nameKeyOf } from './fold.js';

/** What of a group tells which one it is. */
export interface GroupNames {
  /** What `nameKeyOf` gives of its displayName. */
  nameKey: string;
  externalId: string | null;
}

/** Whether a group is one whose members get keys: by its displayName in any case, or by its externalId as it is. */
export function isEntitledGroup({ nameKey, externalId }: GroupNames, entitledGroups: string[]): boolean {
  return entitledGroups.some((name) => name === externalId || nameKeyOf(name) === nameKey);
}
