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

/** The order of texts by the numbers of their characters, as PostgreSQL's collation "C" has it. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const difference = rankOf(a.charCodeAt(index)) - rankOf(b.charCodeAt(index));
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Halves of a surrogate pair stand for characters behind all others. */
function rankOf(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
