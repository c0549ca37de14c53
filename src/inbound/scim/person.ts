import { isObject, type JsonObject } from './json.js';
import { ENTERPRISE_URN } from './schema-enterprise.js';

/** RFC 5321's limit is 256 with its brackets; no more than that goes into an index. */
const MAX_MAIL_LENGTH = 254;
const MAIL = /^[^\s@]+@[^\s@]+$/;

/** The person's mail, in lower case: the primary address, else the one for work, else the first, else the userName. */
export function mailOf(resource: JsonObject): string | null {
  const emails = Array.isArray(resource['emails']) ? resource['emails'].filter(isObject) : [];
  const mails = emails.filter((email) => isMail(email['value']));
  const best =
    mails.find((email) => email['primary'] === true) ??
    mails.find((email) => textOf(email['type'])?.toLowerCase() === 'work') ??
    mails[0];
  const mail = best ? best['value'] : resource['userName'];
  return isMail(mail) ? mail.trim().toLowerCase() : null;
}

/** The name to show: as the client puts it together, else from its parts. */
export function nameOf(resource: JsonObject): string | undefined {
  const name = isObject(resource['name']) ? resource['name'] : {};
  const parts = [name['givenName'], name['familyName']].map(textOf).filter((part) => part !== undefined);
  return textOf(resource['displayName']) ?? textOf(name['formatted']) ?? (parts.join(' ') || undefined);
}

/** An attribute of the Enterprise extension; of a manager, its id, else its name. Null: it has none. */
export function enterpriseOf(resource: JsonObject, attribute: string): string | null {
  const extension = resource[ENTERPRISE_URN];
  const value = isObject(extension) ? extension[attribute] : undefined;
  if (!isObject(value)) return textOf(value) ?? null;
  return textOf(value['value']) ?? textOf(value['displayName']) ?? null;
}

function isMail(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_MAIL_LENGTH && MAIL.test(value.trim());
}

/** Text that says something. */
function textOf(value: unknown): string | undefined {
  const text = typeof value === 'string' ? value.trim() : '';
  return text === '' ? undefined : text;
}
