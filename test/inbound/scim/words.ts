import fc from 'fast-check';

/** Texts that are alike, or mean something to SQL, JSON, LIKE or Unicode. */
export const TEXTS = [
  ...[
    '',
    'a',
    'A',
    'b',
    'aB',
    'AB',
    'ab',
    'a%',
    'a_b',
    'a\\b',
    '%',
    '_',
    '\\',
    '"',
    "'",
    "' OR true --",
    '$1',
  ],
  ...['é', 'É', 'e\u0301', 'ß', 'ẞ', 'SS', 'Σ', 'σ', 'ς', 'ΑΣ', 'İ', 'i', 'ı', 'I', 'K', 'k', 'ǅ', 'ǆ'],
  ...[
    '\uE000',
    '\u{1D4B3}',
    '\u{10400}',
    '\u{10428}',
    '\t',
    'a\nb',
    ' a',
    'a ',
    'null',
    'true',
    'False',
    '5',
    '[]',
    '{}',
  ],
];
export const DATES = [
  ...[
    '2026-01-31T08:00:00Z',
    '2026-01-31T09:00:00+01:00',
    '2026-01-31T08:00:00.5Z',
    '2026-01-31T08:00:00.500Z',
  ],
  ...['2024-02-29T23:59:59-02:30', '2026-01-31T08:00:00', '2026-12-01T00:00:00.123Z', '1969-12-31T23:59:59Z'],
];
/** What a dateTime may be kept as before a schema said that it is one. */
export const NO_DATES = [
  '',
  'yesterday',
  '2026-13-01T00:00:00Z',
  '2026-02-30T00:00:00Z',
  '2026-01-31T25:00:00Z',
  '0000-01-01T00:00:00Z',
];
export const NUMBERS = [0, 1, -1, 2, 5, 1.5, 0.1, 1e21, -1e-7, 9007199254740991];

export const word = fc.constantFrom(...TEXTS);
export const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 });
export const record = (model: Record<string, fc.Arbitrary<unknown>>) =>
  fc.record(Object.fromEntries(Object.entries(model).map(([key, one]) => [key, maybe(one)])));
export const list = (arbitrary: fc.Arbitrary<unknown>) => fc.array(arbitrary, { minLength: 1, maxLength: 3 });
export const plural = (value: fc.Arbitrary<unknown>) =>
  list(
    record({ value, type: fc.constantFrom('work', 'Home', 'other'), primary: fc.boolean(), display: word }),
  );
export const anything = fc.oneof(word, fc.constantFrom(...NUMBERS), fc.boolean(), fc.constant(null));
