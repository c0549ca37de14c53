/** Names under which senders put what must not be stored: host_key, hostKey, new_password, access_token, ... */
const SECRET_NAME = /(?:hostkey|password|token|secret)$/;

/**
 * A body as it may be stored: without the members that hold secrets, at any depth, and with U+FFFD in place of
 * the characters that PostgreSQL refuses.
 *
 * @param body what a JSON parser made, no deeper than the stack
 */
export function storableBody(body: unknown): unknown {
  if (typeof body === 'string') return storableText(body);
  if (Array.isArray(body)) return body.map(storableBody);
  if (typeof body !== 'object' || body === null) return body;
  const members = Object.entries(body).filter(([name]) => !isSecretName(name));
  return Object.fromEntries(members.map(([name, value]) => [storableText(name), storableBody(value)]));
}

/** PostgreSQL takes neither NUL nor half of a surrogate pair. */
export function storableText(text: string): string {
  return text.replace(/\0|\p{Surrogate}/gu, '\uFFFD');
}

function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name.toLowerCase().replace(/[^a-z]/g, ''));
}
