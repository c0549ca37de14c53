import { createHash } from 'node:crypto';

/** What of a secret is looked for: as it is, as PostgreSQL shows bytes, as base64, and as a hash anybody could make. */
function spellings(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const hash = createHash('sha256').update(secret).digest();
  const hashes = /^\d+$/.test(secret) ? [hash.toString('hex'), hash.toString('base64url')] : [];
  return [secret, bytes.toString('hex'), bytes.toString('base64url'), ...hashes].map(withoutAlphabet);
}

/** Both alphabets of base64 in one, so that each text is looked through once. */
function withoutAlphabet(text: string): string {
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** Whatever of the secrets stands in a text: where, never what. Thousands of secrets in many megabytes: one pass for each length. */
export function findLeaked(secrets: Iterable<string>, places: Record<string, string>): string[] {
  const byLength = new Map<number, Set<string>>();
  for (const spelling of [...secrets].flatMap(spellings)) {
    const known = byLength.get(spelling.length) ?? new Set();
    byLength.set(spelling.length, known.add(spelling));
  }
  return Object.entries(places).flatMap(([place, text]) => {
    const found = search(withoutAlphabet(text), byLength);
    return found.map((at) => `${place}: at ${at} of ${text.length} characters`);
  });
}

const MANY = 20;

function search(text: string, byLength: Map<number, Set<string>>): number[] {
  const found: number[] = [];
  for (const run of text.matchAll(/[A-Za-z0-9_-]{10,}/g)) {
    for (const [length, known] of byLength) {
      for (let from = 0; from + length <= run[0].length; from++) {
        if (known.has(run[0].slice(from, from + length))) found.push(run.index + from);
        if (found.length >= MANY) return found;
      }
    }
  }
  return found;
}
