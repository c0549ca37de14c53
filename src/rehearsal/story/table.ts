export type Tone = 'good' | 'pending' | 'bad' | 'quiet';

export interface Outcome {
  text: string;
  tone: Tone;
}

export interface TableRow {
  who: string;
  by: string;
  said: string;
  inZoom: string;
  outcome: Outcome;
}

export interface Table {
  section(title: string): void;
  columns(): void;
  row(row: TableRow): void;
  check(check: { name: string; ok: boolean; detail?: string }): void;
}

const WIDTHS = [14, 8, 34, 24, 22] as const;
const GAP = '  ';
const HEADINGS = ['who', 'said by', 'what was said', 'what we did in Zoom', 'outcome'];

const STYLES = { bold: 1, quiet: 2, bad: 31, good: 32, pending: 33 } as const;
type Paint = (style: keyof typeof STYLES, text: string) => string;

export function createTable(print: (line: string) => void, color: boolean): Table {
  const paint: Paint = (style, text) =>
    color && text !== '' ? `\u001b[${STYLES[style]}m${text}\u001b[0m` : text;

  return {
    section(title) {
      print('');
      print(paint('bold', title));
    },
    columns() {
      print(paint('quiet', joined(HEADINGS)));
      print(paint('quiet', joined(WIDTHS.map((width) => '-'.repeat(width)))));
    },
    row({ who, by, said, inZoom, outcome }) {
      const cells = [who, by, said, inZoom, outcome.text].map((text, i) => wrapped(text, WIDTHS[i] ?? 0));
      const height = Math.max(...cells.map((lines) => lines.length));
      for (let line = 0; line < height; line++) {
        const texts = cells.map((lines) => lines[line] ?? '');
        print((joined(texts.slice(0, -1), true) + GAP + paint(outcome.tone, texts.at(-1) ?? '')).trimEnd());
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

function joined(texts: readonly string[], keepEnd = false): string {
  const line = texts.map((text, i) => text.padEnd(WIDTHS[i] ?? 0)).join(GAP);
  return keepEnd ? line : line.trimEnd();
}

/** Breaks between words only; a longer word sticks out. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const longer = lines.length === 0 ? word : `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && longer.length > width) lines.push(word);
    else lines.splice(-1, 1, longer);
  }
  return lines;
}
