import type { Chance } from '../chaos/chance.js';
import { BULK, FILTERS, GROUP, PATCH, PATHS, SEARCH, SORTS, USER } from './corpus.js';
import { mutateJson, mutateText } from './mutate.js';

/** One request to be made. */
export interface Input {
  method: string;
  path: string;
  body?: string;
}

/** Ids of resources that are there. */
export interface Ids {
  user: string;
  group: string;
}

type Make = (chance: Chance, ids: Ids) => Input;

const MAKERS: Record<'filter' | 'path' | 'body', Make[]> = {
  filter: [list, list, search],
  path: [patchPath],
  body: [post, put, patch, bulk],
};

export type Target = keyof typeof MAKERS;

export function makeInput(chance: Chance, ids: Ids): Input & { target: Target } {
  const target = chance.pick(Object.keys(MAKERS) as Target[]);
  return { target, ...chance.pick(MAKERS[target])(chance, ids) };
}

function list(chance: Chance): Input {
  const query = new URLSearchParams({ filter: mutateText(chance, FILTERS) });
  if (chance.percent(20)) query.set('sortBy', mutateText(chance, SORTS));
  if (chance.percent(20))
    query.set(chance.pick(['attributes', 'excludedAttributes']), mutateText(chance, PATHS));
  if (chance.percent(10))
    query.set(chance.pick(['count', 'startIndex', 'cursor']), mutateText(chance, ['', '1', '-1', 'e']));
  return { method: 'GET', path: `/${chance.pick(['Users', 'Groups'])}?${query}` };
}

function search(chance: Chance): Input {
  const asked = { ...SEARCH, filter: mutateText(chance, FILTERS), sortBy: mutateText(chance, SORTS) };
  return {
    method: 'POST',
    path: `${chance.pick(['', '/Users', '/Groups'])}/.search`,
    body: bodyOf(chance, asked),
  };
}

function patchPath(chance: Chance, ids: Ids): Input {
  const op = chance.pick(['add', 'Replace', 'remove', 'REMOVE']);
  const value = mutateJson(chance, chance.pick([USER.emails, USER.name, 'x', true, '', null, GROUP.members]));
  const Operations = [{ op, path: mutateText(chance, PATHS), value }];
  return { method: 'PATCH', path: somebody(chance, ids), body: JSON.stringify({ ...PATCH, Operations }) };
}

function post(chance: Chance): Input {
  const [type, resource] = chance.pick([
    ['Users', USER],
    ['Groups', GROUP],
  ] as const);
  return { method: 'POST', path: `/${type}`, body: bodyOf(chance, resource) };
}

function put(chance: Chance, ids: Ids): Input {
  const path = somebody(chance, ids);
  return { method: 'PUT', path, body: bodyOf(chance, path.startsWith('/Users') ? USER : GROUP) };
}

function patch(chance: Chance, ids: Ids): Input {
  return { method: 'PATCH', path: somebody(chance, ids), body: bodyOf(chance, PATCH) };
}

function bulk(chance: Chance): Input {
  return { method: 'POST', path: '/Bulk', body: bodyOf(chance, BULK) };
}

function somebody(chance: Chance, { user, group }: Ids): string {
  return chance.percent(70) ? `/Users/${user}` : `/Groups/${group}`;
}

function bodyOf(chance: Chance, value: unknown): string {
  const text = JSON.stringify(mutateJson(chance, value)) ?? '';
  return chance.percent(10) ? mutateText(chance, [text]) : text;
}
