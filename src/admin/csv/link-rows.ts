import { normalise, type Identifier } from '../../lifecycle/event.js';
import type { CsvRecord } from './records.js';

/** What a column of an export of Active Directory holds. */
type Column = 'sid' | 'guid' | 'account' | 'domain' | 'upn' | 'mail';

/** Headers as people and PowerShell write them, without case, spaces and signs. */
const HEADERS: Readonly<Record<string, Column>> = {
  sid: 'sid',
  objectsid: 'sid',
  guid: 'guid',
  objectguid: 'guid',
  samaccountname: 'account',
  account: 'account',
  ntaccount: 'account',
  msdsprincipalname: 'account',
  domain: 'domain',
  netbiosdomain: 'domain',
  netbiosname: 'domain',
  domainnetbiosname: 'domain',
  upn: 'upn',
  userprincipalname: 'upn',
  mail: 'mail',
  email: 'mail',
  emailaddress: 'mail',
};

export interface Layout {
  /** Where each column stands, the one to be asked first before the others. */
  readonly columns: ReadonlyMap<Column, readonly number[]>;
  /** The headers that are used, as they were written. */
  readonly used: readonly string[];
  /** For accounts without a domain of their own. */
  readonly domain: string | undefined;
}

export type LinkRow =
  | { readonly line: number; readonly links: readonly Identifier[] }
  | { readonly line: number; readonly problem: string };

/** Null when the header names fewer than two kinds of identifier: such rows tie nothing. */
export function readLayout(header: readonly string[], domain: string | undefined): Layout | null {
  const columns = new Map<Column, number[]>();
  const used: string[] = [];
  header.forEach((text, index) => {
    const column = HEADERS[text.toLowerCase().replace(/[^a-z]/g, '')];
    if (!column) return;
    columns.set(column, [...(columns.get(column) ?? []), index]);
    used.push(text.trim());
  });
  const kinds = [...columns.keys()].filter((column) => column !== 'domain');
  return kinds.length >= 2 ? { columns, used, domain } : null;
}

export function readLinkRow(record: CsvRecord, layout: Layout): LinkRow {
  const { line } = record;
  if ('problem' in record) return { line, problem: record.problem };
  const read = readers.map((reader) => reader(valuesOf(record.fields, layout)));
  const problem = read.find((one) => typeof one === 'string');
  if (typeof problem === 'string') return { line, problem };
  const links = read.filter((one): one is Identifier => typeof one === 'object' && one !== null);
  const distinct = links.filter(
    (one, index) =>
      links.findIndex((other) => other.kind === one.kind && other.value === one.value) === index,
  );
  return distinct.length >= 2
    ? { line, links: distinct }
    : { line, problem: 'it has fewer than two identifiers' };
}

type Values = Readonly<Partial<Record<Column, string>>>;

/** Of several columns of one kind the first that is filled in. */
function valuesOf(fields: readonly string[], { columns, domain }: Layout): Values {
  const values: Partial<Record<Column, string>> = domain === undefined ? {} : { domain };
  for (const [column, places] of columns) {
    const filled = places.map((place) => (fields[place] ?? '').trim()).find((text) => text !== '');
    if (filled !== undefined) values[column] = filled;
  }
  return values;
}

/** Each gives an identifier, null when there is none, or what is wrong; ids that are never passed on come first. */
const readers: readonly ((values: Values) => Identifier | string | null)[] = [
  ({ sid }) => check('ad-sid', sid, PERSON_SID, 'SID: must be that of an account, S-1-5-21-…'),
  ({ guid }) => check('ad-guid', guid?.replace(/^\{(.*)\}$/, '$1'), GUID, 'ObjectGUID: must be a GUID'),
  ({ upn }) => check('mail', upn, MAIL, 'UserPrincipalName: must be name@domain'),
  ({ mail }) => check('mail', mail, MAIL, 'Mail: must be a mail address'),
  readAccount,
];

const PERSON_SID = /^s-1-(?:5-21(?:-\d{1,10}){4}|12-1(?:-\d{1,10}){4})$/;
const GUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;
const MAIL = /^[^\s\p{Cc}\p{Cs}\uFFFD@"(),:;<>[\]\\]{1,64}@[^\s\p{Cc}\p{Cs}\uFFFD@]{1,255}$/u;
const ACCOUNT =
  /^[^\p{Cc}\p{Cs}\uFFFD\\/."@[\]:;|=,+*?<>\s]{1,15}\\[^\p{Cc}\p{Cs}\uFFFD\\/"[\]:;|=,+*?<>@]{1,64}$/u;

/** `DOMAIN\sAM`; a sAMAccountName alone names nobody, since another domain may have the same. */
function readAccount({ account, domain }: Values): Identifier | string | null {
  if (account === undefined) return null;
  if (!account.includes('\\') && domain === undefined) return null;
  const full = account.includes('\\') ? account : `${domain}\\${account}`;
  return check(
    'user-name',
    full,
    ACCOUNT,
    'SamAccountName: must be DOMAIN\\name, with the NetBIOS name of the domain',
  );
}

function check(
  kind: Identifier['kind'],
  given: string | undefined,
  form: RegExp,
  problem: string,
): Identifier | string | null {
  if (given === undefined) return null;
  const value = normalise(given);
  return form.test(value) ? { kind, value } : problem;
}
