import { nameOf } from '../../records/scim-memberships.js';
import { locationOf, type Asking } from './asking.js';
import type { Attribute } from './attribute.js';
import type { From } from './filter-json.js';
import type { Term } from './filter-term.js';

/** Values of an attribute that are rows of scim_members instead of JSON. */
export interface Rows {
  from: From;
  /** A sub-attribute of the row; of the attribute itself, its value. */
  term: (sub: Attribute) => Term;
}

/** The two ends of a membership: the resource `r`, and what it has for values. */
const ENDS = {
  User: { attribute: 'groups', own: 'member_id', other: 'group_id' },
  Group: { attribute: 'members', own: 'group_id', other: 'member_id' },
} as const;

/** `groups` of users and `members` of groups; undefined: it is kept as JSON. */
export function rowsOf(asking: Asking, attribute: Attribute): Rows | undefined {
  const { shape, sql, sourceId } = asking;
  const ends = ENDS[shape.type];
  if (attribute.name !== ends.attribute) return undefined;
  const [m, other] = [sql.alias(), sql.alias()];
  const isOther = `${other}.source_id = ${m}.source_id AND ${other}.id = ${m}.${ends.other}`;
  // A join by a whole key of which nothing is used costs nothing: the planner leaves it out.
  const rows = `(scim_members AS ${m} LEFT JOIN scim_resources AS ${other} ON ${isOther})`;
  const isOwn = `${m}.source_id = r.source_id AND ${m}.${ends.own} = r.id`;
  const on = `${m}.source_id = ${sql.bind(sourceId, 'uuid')} AND ${isOwn}`;
  return { from: { rows, on }, term: ({ name }) => termOf(name) };

  function termOf(name: string): Term {
    const isUser = shape.type === 'User';
    switch (name) {
      case 'value':
      case ends.attribute:
        return { kept: 'uuid', sql: `${m}.${ends.other}` };
      case '$ref':
        return { kept: 'text', sql: locationOf(asking, `${other}.type`, `${other}.id`) };
      case 'display':
        return { kept: 'text', sql: isUser ? nameOf(other) : `coalesce(${m}.display, ${nameOf(other)})` };
      case 'type': {
        // Where there is no row, there is no type.
        const direct = `CASE WHEN ${m}.group_id IS NOT NULL THEN 'direct' END`;
        return { kept: 'text', sql: isUser ? direct : `${other}.type` };
      }
      default:
        return { kept: 'text', sql: 'NULL::text' };
    }
  }
}
