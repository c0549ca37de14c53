/** Control characters and marks that reverse the direction of writing: names come from outside, and the terminal obeys. */
const UNSAFE = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

const BOLD = 1;
const DIM = 2;
const RED = 31;

export function createStyle(colour: boolean) {
  const paint = (code: number) => (text: string) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
  const bold = paint(BOLD);
  return { bold, dim: paint(DIM), red: paint(RED), table: createTable(bold) };
}

export type Style = ReturnType<typeof createStyle>;

type Cell = string | number | boolean | Date | readonly string[] | null | undefined;

/** Columns as wide as what they hold, two spaces apart. */
function createTable(bold: (text: string) => string) {
  return (heads: readonly string[], rows: readonly (readonly Cell[])[]): string => {
    const texts = rows.map((row) => row.map(toText));
    const widths = heads.map((head, column) =>
      Math.max(head.length, ...texts.map((row) => row[column]?.length ?? 0)),
    );
    const line = (cells: readonly string[]) =>
      cells
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd();
    return [bold(line(heads)), ...texts.map(line)].join('\n');
  };
}

/** As it may stand in a terminal; times to the second, in UTC. */
export function toText(cell: Cell): string {
  if (cell === null || cell === undefined || cell === '') return '-';
  if (cell instanceof Date) return `${cell.toISOString().slice(0, 19).replace('T', ' ')}Z`;
  if (typeof cell === 'boolean') return cell ? 'yes' : 'no';
  if (typeof cell === 'object') return toText(cell.join(', '));
  return String(cell).replace(UNSAFE, '\uFFFD');
}

/** Names and what they are, one a line. */
export function toLines(pairs: readonly (readonly [string, Cell])[]): string {
  const width = Math.max(...pairs.map(([name]) => name.length));
  return pairs.map(([name, cell]) => `  ${name.padEnd(width)}  ${toText(cell)}`).join('\n');
}
