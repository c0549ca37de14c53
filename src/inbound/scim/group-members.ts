import type { MemberStep } from '../../jobs/group-steps.js';
import { isId } from '../../records/is-id.js';
import type { NewMember } from '../../records/scim-members.js';
import { showMember } from './answer.js';
import type { Attribute } from './attribute.js';
import { refusal, type ScimError } from './error.js';
import { createMatcher } from './filter-match.js';
import type { Filter } from './filter.js';
import { checkSize, isObject, type JsonObject } from './json.js';
import { readMemberList, readNewMembers, unknownMember } from './member-list.js';
import type { Operation } from './operations.js';
import { readTarget, type AttributeTarget } from './patch-path.js';
import { withPlace } from './patch.js';
import type { Shape } from './shape.js';

/** What a request says of a group's members, apart from what it says of the group itself. */
export interface AskedMembers {
  steps: MemberStep[];
  /** Every list that was given, and where it stands in the request. */
  lists: { where: string; members: NewMember[] }[];
}

/** Each looks at all members of the group. */
const MAX_FILTERS = 10;

const NO_KEY = 'is no key: give all of members, or name some of them in the path of an operation';

/** Takes the members out of a group's body; undefined where it has none. Throws `invalidPath` for a part of them. */
export function splitMembers(shape: Shape, body: JsonObject): { own: JsonObject; members: unknown } {
  const own: JsonObject = {};
  let members: unknown;
  const urn = shape.core.urn.toLowerCase();
  for (const [key, value] of Object.entries(checkSize(body))) {
    const name = key.toLowerCase();
    const local = name.startsWith(`${urn}:`) ? name.slice(urn.length + 1) : name;
    if (local === 'members') members = value;
    else if (/^members[.[]/.test(local))
      throw refusal('invalidPath', `${JSON.stringify(key.slice(0, 100))} ${NO_KEY}`);
    else if (name === urn && isObject(value)) {
      const nested = splitMembers(shape, value);
      own[key] = nested.own;
      members = nested.members ?? members;
    } else own[key] = value;
  }
  return { own, members };
}

/** The members that a whole group is sent with. */
export function readMembers(members: unknown): AskedMembers {
  const list = { where: 'members', members: readNewMembers(members, 'members') };
  return { steps: [{ step: 'replace', members: list.members }], lists: [list] };
}

/**
 * What the operations of a PATCH do to members, in their order; `own` is what they do to the group itself, each in the
 * place that it had. Values may be an array, a single value or a bare id. Throws ScimError with the operation's place.
 */
export function readMemberOperations(
  shape: Shape,
  operations: Operation[],
  baseUrl: string,
): AskedMembers & { own: Operation[] } {
  const asked: Reading = { steps: [], lists: [], baseUrl, filters: 0 };
  const own = operations.map((operation, index) => {
    try {
      return readOperation(shape, operation, `Operations[${index}]`, asked) ?? NOTHING;
    } catch (error) {
      throw withPlace(error, operation, index);
    }
  });
  return { steps: asked.steps, lists: asked.lists, own };
}

/** Where an id stands that nobody has. */
export function memberUnknown(id: string, lists: AskedMembers['lists']): ScimError {
  for (const { where, members } of lists) {
    const index = members.findIndex((member) => member.id === id);
    if (index >= 0) return unknownMember(id, `${where}[${index}]`);
  }
  return unknownMember(id, 'members');
}

/** What was read so far. */
interface Reading extends AskedMembers {
  /** Of the places of members. */
  baseUrl: string;
  /** How many there were that look at all members. */
  filters: number;
}

/** In the place of an operation about members. */
const NOTHING: Operation = { op: 'replace', value: {} };

/** @returns what is left of it for the group itself */
function readOperation(
  shape: Shape,
  operation: Operation,
  place: string,
  asked: Reading,
): Operation | undefined {
  const { op, path, value } = operation;
  if (path !== undefined) {
    const target = readTarget(shape, path, true);
    if (target.urn !== null || target.attribute?.name !== 'members') return operation;
    changeMembers(asked, { ...target, attribute: target.attribute }, operation, place);
    return undefined;
  }
  if (op === 'remove' || !isObject(value)) return operation;
  const { own, members } = splitMembers(shape, value);
  if (members !== undefined) putList(asked, op, members, `${place}.value.members`);
  return { ...operation, value: own };
}

function changeMembers(
  asked: Reading,
  { attribute, filter, sub }: AttributeTarget,
  { op, value }: Operation,
  place: string,
): void {
  const isWhole = !sub || (op === 'remove' && filter && sub.name === 'value');
  if (!isWhole || (filter && op !== 'remove')) {
    throw refusal('mutability', 'a member cannot be changed: remove it, and add another');
  }
  if (filter) return removeBy(asked, attribute, filter);
  if (op !== 'remove') return putList(asked, op, value, `${place}.value`);
  if (value === undefined || value === null || value === '') addStep(asked, { step: 'replace', members: [] });
  else
    removeIds(
      asked,
      readMemberList(value, `${place}.value`).map(({ id }) => id),
    );
}

function putList(asked: AskedMembers, op: 'add' | 'replace', value: unknown, where: string): void {
  const members = readNewMembers(value, where);
  asked.lists.push({ where, members });
  addStep(asked, { step: op, members });
}

/** `members[value eq "id"]`, as Okta takes single ones out, needs no look at the others. */
function removeBy(asked: Reading, attribute: Attribute, filter: Filter): void {
  const ids = idsOf(filter);
  if (ids) return removeIds(asked, ids);
  if (++asked.filters > MAX_FILTERS) {
    const detail = `a PATCH can remove members by at most ${MAX_FILTERS} filters other than value eq`;
    throw refusal('invalidFilter', detail);
  }
  const matches = createMatcher(attribute, filter);
  addStep(asked, {
    step: 'remove-matching',
    matches: (member) => matches(showMember(member, asked.baseUrl)),
  });
}

/** What can be nobody's id is no member. */
function removeIds(asked: AskedMembers, ids: string[]): void {
  addStep(asked, { step: 'remove', ids: ids.filter(isId) });
}

function idsOf(filter: Filter): string[] | undefined {
  if (filter.op === 'eq' && filter.path.toLowerCase() === 'value' && typeof filter.value === 'string')
    return [filter.value];
  if (filter.op !== 'or') return undefined;
  const ids = filter.filters.map(idsOf);
  return ids.every((one) => one !== undefined) ? ids.flat() : undefined;
}

/** Neighbours of one kind are one step: a PATCH may add a thousand members one by one, or look at all for each name. */
function addStep({ steps }: AskedMembers, step: MemberStep): void {
  const last = steps.at(-1);
  if (last?.step === 'add' && step.step === 'add') for (const one of step.members) last.members.push(one);
  else if (last?.step === 'remove' && step.step === 'remove') for (const id of step.ids) last.ids.push(id);
  else if (last?.step === 'remove-matching' && step.step === 'remove-matching') {
    const { matches } = last;
    last.matches = (member) => matches(member) || step.matches(member);
  } else steps.push(step.step === 'add' ? { ...step, members: [...step.members] } : step);
}
