export interface Misspelt {
  readonly name: string;
  readonly meant: string;
}

/**
 * The strangers that are one slip (a letter more, less, other, two swapped, or the case) away from a wanted name.
 * One-word names (PORT, HOST) are left out: everybody has something like them in the environment.
 */
export function findMisspelt(strangers: readonly string[], wanted: readonly string[]): readonly Misspelt[] {
  const candidates = wanted.filter((name) => name.includes('_'));
  return strangers.flatMap((name) => {
    const meant = candidates.find((candidate) => isOneSlip(name.toUpperCase(), candidate));
    return meant === undefined ? [] : [{ name, meant }];
  });
}

function isOneSlip(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  const [restOfA, restOfB] = [a.slice(at), b.slice(at)];
  return (
    restOfA.slice(1) === restOfB.slice(1) ||
    restOfA.slice(1) === restOfB ||
    restOfA === restOfB.slice(1) ||
    (restOfA[0] === restOfB[1] && restOfA[1] === restOfB[0] && restOfA.slice(2) === restOfB.slice(2))
  );
}
