import { locationOf, type Asking } from './asking.js';
import type { Term } from './filter-term.js';

/** What is kept in a column of scim_resources, by the attribute's name; undefined: it is in the JSON. */
export function columnOf(asking: Asking, name: string): Term | undefined {
  const { shape, sql, sourceId } = asking;
  const inSource = () => `r.source_id = ${sql.bind(sourceId, 'uuid')}`;
  switch (name) {
    case 'id':
      return { kept: 'uuid', sql: 'r.id', indexedIn: inSource };
    case shape.type === 'User' ? 'userName' : 'displayName':
      return {
        kept: 'name',
        sql: 'r.name_key',
        indexedIn: () => `${inSource()} AND r.type = '${shape.type}'`,
      };
    case 'meta.resourceType':
      return { kept: 'text', sql: 'r.type' };
    case 'meta.created':
      return { kept: 'instant', sql: 'r.created_at' };
    case 'meta.lastModified':
      return { kept: 'instant', sql: 'r.updated_at' };
    case 'meta.version':
      return { kept: 'text', sql: `('W/"' || r.version || '"')` };
    case 'meta.location':
      return { kept: 'text', sql: locationOf(asking, 'r.type', 'r.id') };
    default:
      return undefined;
  }
}
