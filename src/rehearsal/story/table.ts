export type Tone = 'good' | 'pending' | 'bad' | 'quiet';

export interface Outcome {
  text: string;
  tone: Tone;
}

export interface TableRow {
  who: string;
  by: string;
  said: string;
  /** What reached Zoom, each with what Zoom answered. */
  calls: string[];
  outcome: Outcome;
}

export interface Table {
  section(title: string): void;
  columns(): void;
  row(row: TableRow): void;
  check(check: { name: string; ok: boolean; detail?: string }): void;
}

/** Together with the gaps no line is longer than 110. */
const WIDTHS = [13, 8, 29, 26, 26] as const;
const GAP = '  ';
const HEADINGS = ['who', 'said by', 'what was said', 'what we did in Zoom', 'outcome'];

const STYLES = { bold: 1, quiet: 2, bad: 31, good: 32, pending: 33 } as const;

export function createTable(print: (line: string) => void, colour: boolean): Table {
  const paint = (style: keyof typeof STYLES, text: string) =>
    colour && text !== '' ? `\u001b[${STYLES[style]}m${text}\u001b[0m` : text;
  const printLine = (texts: string[], tone?: Tone) => {
    const padded = texts.map((text, i) => text.padEnd(WIDTHS[i] ?? 0));
    const last = texts.at(-1) ?? '';
    const line = [...padded.slice(0, -1), tone === undefined ? last : paint(tone, last)].join(GAP);
    print(line.trimEnd());
  };

  return {
    section(title) {
      print('');
      print(paint('bold', title));
    },
    columns() {
      printLine(HEADINGS);
      printLine(WIDTHS.map((width) => '-'.repeat(width)));
    },
    row({ who, by, said, calls, outcome }) {
      const last = calls.length - 1;
      const done = calls.map((call, i) => (i < last ? `${call},` : call));
      const cells = [
        ...[who, by, said].map((text) => text.split(' ')),
        done.length > 0 ? done : ['nothing'],
        outcome.text.split(' '),
      ].map((pieces, i) => wrapped(pieces, WIDTHS[i] ?? 0));
      const height = Math.max(...cells.map((lines) => lines.length));
      for (let i = 0; i < height; i++) {
        printLine(
          cells.map((lines) => lines[i] ?? ''),
          outcome.tone,
        );
      }
    },
    check({ name, ok, detail }) {
      const mark = ok ? paint('good', 'ok  ') : paint('bad', 'FAIL');
      print(`${mark}  ${name}${detail === undefined ? '' : `: ${detail}`}`);
    },
  };
}

export function masked(hostKey: string): string {
  return '•'.repeat(hostKey.length);
}

/** Breaks between pieces only; a longer one sticks out. */
function wrapped(pieces: string[], width: number): string[] {
  const lines: string[] = [];
  for (const piece of pieces) {
    const line = lines.pop();
    const longer = line === undefined ? piece : `${line} ${piece}`;
    if (line === undefined || longer.length <= width) lines.push(longer);
    else lines.push(line, piece);
  }
  return lines;
}
