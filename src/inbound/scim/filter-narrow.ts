import type { ResourceType } from '../../records/scim-memberships.js';
import type { Attribute } from './attribute.js';
import type { Named } from './filter-path.js';
import { folded, type Sql } from './sql.js';

type Narrowing = { narrow: (text: string, sql: Sql) => string };

/** The expressions of the indexes scim_resources_mail and scim_resources_mails. */
const FIRST_MAIL = `hashtextextended(fold_case(r.resource #>> '{emails,0,value}'), 0)`;
const MAILS = `fold_case(jsonb_path_query_array(r.resource, '$.emails[*].value')::text)::jsonb`;

/** What an index answers about attributes that are kept as JSON. */
export function narrowing(
  type: ResourceType,
  { urn, attribute: { name }, isOwn }: Named,
  sub: Attribute | null,
): Narrowing | undefined {
  if (!isOwn) return { narrow: () => 'FALSE' };
  if (urn !== null) return undefined;
  if (name === 'externalId') return { narrow: hasExternalId };
  if (type === 'User' && name === 'emails' && sub?.name === 'value') return { narrow: mayHaveMail };
  return undefined;
}

function hasExternalId(text: string, sql: Sql): string {
  return `r.external_id = ${sql.bind(text, 'text')}`;
}

/** True of few who have no such e-mail address: those of the same hash. */
function mayHaveMail(mail: string, sql: Sql): string {
  const given = folded(sql.bind(mail, 'text'));
  const isFirst = `${FIRST_MAIL} = hashtextextended(${given}, 0)`;
  return `(${isFirst} OR ((r.resource #> '{emails,1}') IS NOT NULL AND ${MAILS} @> jsonb_build_array(${given})))`;
}
