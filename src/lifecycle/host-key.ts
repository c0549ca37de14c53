const DIGITS = /^[0-9]{6,10}$/;
const DOTS = '••••••';

/** So many weak draws in a row (each about 1 in 500) mean a broken random source, not bad luck. */
const MAX_DRAWS = 50;

/** A host key: 6 to 10 digits. Text, since leading zeros count. */
export function isHostKey(text: unknown): text is string {
  return typeof text === 'string' && DIGITS.test(text);
}

/**
 * A host key that cannot be printed by accident: as text, as JSON, in a template, a log or an inspector it
 * shows six dots, whatever its length.
 */
export class HostKey {
  readonly #digits: string;

  private constructor(digits: string) {
    this.#digits = digits;
  }

  /** @throws TypeError when it is not 6 to 10 digits; the text is not repeated. */
  static parse(text: unknown): HostKey {
    if (!isHostKey(text)) throw new TypeError('a host key is 6 to 10 digits');
    return new HostKey(text);
  }

  /** The one way to the digits. Every call of it is a place where a key leaves our hands. */
  reveal(): string {
    return this.#digits;
  }

  equals(other: HostKey): boolean {
    return this.#digits === other.#digits;
  }

  toString(): string {
    return DOTS;
  }

  toJSON(): string {
    return DOTS;
  }

  [Symbol.toPrimitive](): string {
    return DOTS;
  }

  /** What util.inspect and console show; the symbol is global, so that this file stays free of node: modules. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return DOTS;
  }
}

/**
 * Draws a key nobody would guess first: not all the same digit, no run (123456, 210987), no short repeat
 * (121212, 123123), none that was somebody's.
 *
 * @param length 6 to 10
 * @param randomDigit a whole number from 0 to 9, from a cryptographic source: `() => randomInt(10)`
 */
export function chooseHostKey(
  length: number,
  randomDigit: () => number,
  isFormer: (key: HostKey) => boolean = () => false,
): HostKey {
  for (let draw = 0; draw < MAX_DRAWS; draw++) {
    const digits = Array.from({ length }, () => readDigit(randomDigit()));
    const key = HostKey.parse(digits.join(''));
    if (!isRun(digits) && !isRepeat(digits) && !isFormer(key)) return key;
  }
  throw new Error(`${MAX_DRAWS} weak host keys in a row: the random source is broken`);
}

function readDigit(drawn: number): number {
  if (!Number.isInteger(drawn) || drawn < 0 || drawn > 9) throw new TypeError('a digit is 0 to 9');
  return drawn;
}

/** Each digit one above, or one below, its neighbour; 9 and 0 are neighbours too. */
function isRun(digits: readonly number[]): boolean {
  const steps = digits.slice(1).map((digit, index) => (digit - digits[index]! + 10) % 10);
  return steps.every((step) => step === 1) || steps.every((step) => step === 9);
}

/** One piece over and over, at least twice, the last time perhaps cut short: 000000, 121212, 1231231. */
function isRepeat(digits: readonly number[]): boolean {
  for (let period = 1; period <= digits.length / 2; period++) {
    if (digits.every((digit, index) => index < period || digit === digits[index - period])) return true;
  }
  return false;
}
