const ASCII = /^[\0-\x7f]*$/;

/**
 * A text without its case: each character's simple lower-case mapping, which is what our function
 * `fold_case` gives in PostgreSQL. (toLowerCase also looks at a sigma's neighbours, and makes two characters of an İ.)
 */
export function foldCase(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  return Array.from(text, (character) => (character === 'İ' ? 'i' : character.toLowerCase())).join('');
}

/** What a userName, or a group's displayName, is unique by; neither is caseExact (RFC 7643 §4.1.1, §4.2). */
export function nameKeyOf(name: string): string {
  return foldCase(name.trim().normalize('NFC'));
}
