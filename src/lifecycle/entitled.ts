/** What of a group tells which one it is. */
export interface GroupNames {
  /** Trimmed and lower-cased. */
  nameKey: string;
  externalId: string | null;
}

/** Whether a group is one whose members get keys: by its displayName in any case, or by its externalId as it is. */
export function isEntitledGroup({ nameKey, externalId }: GroupNames, entitledGroups: string[]): boolean {
  return entitledGroups.some((name) => name === externalId || name.trim().toLowerCase() === nameKey);
}
