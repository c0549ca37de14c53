import { isId } from '../../records/is-id.js';
import type { NewMember } from '../../records/scim-members.js';
import { refusal, type ScimError } from './error.js';
import { isObject, valueOf, type JsonObject } from './json.js';

/** Members as a client gives them: an array, a single value or a bare id. `where` they stand; throws `invalidValue`. */
export function readMemberList(value: unknown, where: string): NewMember[] {
  if (value === null || value === undefined) return [];
  const given = Array.isArray(value) ? value : [value];
  return given.map((one, index) => readMember(one, () => `${where}[${index}]`));
}

/** Such as may be somebody's: each has an id of our form. */
export function readNewMembers(value: unknown, where: string): NewMember[] {
  const members = readMemberList(value, where);
  const index = members.findIndex(({ id }) => !isId(id));
  if (index >= 0) throw unknownMember(members[index]!.id, `${where}[${index}]`);
  return members;
}

export function unknownMember(id: string, where: string): ScimError {
  const named = JSON.stringify(id.slice(0, 100));
  return refusal('invalidValue', `${where}.value: there is neither a user nor a group with the id ${named}`);
}

/** What a member is, and where, is ours to say: `type` and `$ref` must be texts, and are not kept. */
function readMember(given: unknown, where: () => string): NewMember {
  const member = isObject(given) ? given : { value: given };
  const id = valueOf(member, 'value');
  if (typeof id !== 'string')
    throw refusal('invalidValue', `${where()} must have a value, the id of a member`);
  const [display = null] = ['display', 'type', '$ref'].map((name) => readText(member, name, where));
  return { id, display };
}

/** Null: it has none. Entra sends `$ref: null`. */
function readText(member: JsonObject, name: string, where: () => string): string | null {
  const text = valueOf(member, name) ?? null;
  if (text === null || typeof text === 'string') return text;
  throw refusal('invalidValue', `${where()}.${name} must be a string`);
}
