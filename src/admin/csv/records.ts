/** `line`: the one it begins on, from 1. A record that cannot be read says why; the next one begins on a new line. */
export type CsvRecord =
  | { readonly line: number; readonly fields: readonly string[] }
  | { readonly line: number; readonly problem: string };

/** Longer ones are what follows a quote that was never closed. */
const MAX_RECORD_LENGTH = 65_536;
/** Before the header: Export-Csv of Windows PowerShell names the type, Excel the separator. */
const PREAMBLE = /^(?:#TYPE[^\r\n]*|sep=.)\r?\n/i;
const SEPARATORS = [',', ';', '\t'] as const;

/**
 * RFC 4180, with any line end, and with the separator that the header uses: German and French systems write
 * semicolons. Streams: no more is kept than one record and the chunk at hand. (csv-parse, told to skip what it cannot
 * read, skips all that follows a quote that is wrong.)
 */
export async function* readCsv(text: AsyncIterable<string>): AsyncGenerator<CsvRecord> {
  let parser: CsvParser | undefined;
  let head = '';
  for await (const chunk of text) {
    if (parser) {
      yield* parser.push(chunk);
      continue;
    }
    head += chunk;
    if (!hasHeader(head) && head.length <= MAX_RECORD_LENGTH) continue;
    parser = createFor(head);
    yield* parser.push(withoutPreamble(head));
  }
  parser ??= createFor(head);
  if (head.length > 0 && !hasHeader(head) && head.length <= MAX_RECORD_LENGTH)
    yield* parser.push(withoutPreamble(head));
  yield* parser.end();
}

function hasHeader(head: string): boolean {
  return /[\r\n]./s.test(withoutPreamble(head));
}

function withoutPreamble(head: string): string {
  return head.replace(PREAMBLE, '');
}

function createFor(head: string): CsvParser {
  const rest = withoutPreamble(head);
  const header = /^[^\r\n]*/.exec(rest)?.[0] ?? '';
  const counts = SEPARATORS.map((separator) => header.split(separator).length);
  const separator = SEPARATORS[counts.indexOf(Math.max(...counts))] ?? ',';
  return createCsvParser(separator, rest === head ? 1 : 2);
}

interface CsvParser {
  push(text: string): CsvRecord[];
  end(): CsvRecord[];
}

/** `quoted`: inside quotes; `closed`: right after a quote inside quotes, which ends the field or means a quote. */
type State = 'start' | 'plain' | 'quoted' | 'closed' | 'broken';

function createCsvParser(separator: string, firstLine: number): CsvParser {
  let state: State = 'start';
  let field = '';
  let fields: string[] = [];
  let length = 0;
  let line = firstLine;
  let begun = firstLine;
  let problem = '';
  let afterReturn = false;
  let found: CsvRecord[] = [];

  const endField = () => {
    fields.push(field);
    field = '';
    state = 'start';
  };
  const endRecord = () => {
    if (state === 'broken') found.push({ line: begun, problem });
    else {
      endField();
      // An empty line is no record.
      if (fields.length > 1 || fields[0] !== '') found.push({ line: begun, fields });
    }
    fields = [];
    field = '';
    length = 0;
    state = 'start';
    begun = line;
  };
  const breakOff = (why: string) => {
    problem = why;
    state = 'broken';
    field = '';
    fields = [];
  };
  const take = (character: string) => {
    if (state === 'quoted') {
      if (character === '"') state = 'closed';
      else field += character;
    } else if (character === '\n') endRecord();
    else if (state === 'broken') return;
    else if (character === separator) endField();
    else if (character === '"' && state === 'plain') {
      breakOff('a quote stands inside a field that has none around it');
    } else if (character === '"') {
      if (state === 'closed') field += character;
      state = 'quoted';
    } else if (state === 'closed') breakOff('something follows a closing quote');
    else {
      field += character;
      state = 'plain';
    }
  };
  const push = (text: string) => {
    found = [];
    for (let index = 0; index < text.length; index++) {
      let character = text[index] as string;
      if (character === '\n' && afterReturn) {
        afterReturn = false;
        continue;
      }
      afterReturn = character === '\r';
      if (afterReturn) character = '\n';
      if (character === '\n') line++;
      if (++length > MAX_RECORD_LENGTH) breakOff('it does not end: a closing quote may be missing');
      take(character);
    }
    return found;
  };
  const end = () => {
    found = [];
    if (state === 'quoted') breakOff('it does not end: a closing quote is missing');
    if (length > 0) endRecord();
    return found;
  };
  return { push, end };
}
