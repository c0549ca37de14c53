import { describe, expect, test } from '@jest/globals';
import { eventually, must } from '../../src/rehearsal/story/eventually.js';
import { createTable, masked, type TableRow } from '../../src/rehearsal/story/table.js';

const ROW: TableRow = {
  who: 'Sam Ortega',
  by: 'Entra',
  said: 'joins, Zoom refuses two keys',
  calls: ['GET 200', 'PATCH •••••• 400', 'PATCH •••••• 400'],
  outcome: { text: 'failed: ZOOM_KEY_REFUSED', tone: 'bad' },
};

function linesOf(colour: boolean, ...rows: TableRow[]): string[] {
  const lines: string[] = [];
  const table = createTable((line) => void lines.push(line), colour);
  table.columns();
  for (const row of rows) table.row(row);
  return lines;
}

describe('the table', () => {
  test('keeps its columns, and breaks what is too long between calls only', () => {
    const [head = '', , first = '', second = '', ...rest] = linesOf(false, ROW);
    const column = head.indexOf('what we did in Zoom');
    expect(first.slice(column)).toBe('GET 200, PATCH •••••• 400,  failed: ZOOM_KEY_REFUSED');
    expect(second).toBe(`${' '.repeat(column)}PATCH •••••• 400`);
    expect(rest).toEqual([]);
  });

  test('says so when nothing was done in Zoom', () => {
    expect(linesOf(false, { ...ROW, calls: [] }).at(-1)).toContain('  nothing  ');
  });

  test('is the same text with colours, and has none unless asked', () => {
    const coloured = linesOf(true, ROW);
    expect(coloured.join('')).toContain('\u001b[31mfailed: ZOOM_KEY_REFUSED\u001b[0m');
    expect(coloured.map((line) => line.replace(/\u001b\[\d+m/g, ''))).toEqual(linesOf(false, ROW));
  });

  test('shows of a host key only how long it is', () => {
    expect(masked('0042917')).toBe('•••••••');
  });
});

describe('a wait of the story', () => {
  test('ends as soon as nothing is missing', async () => {
    let looks = 0;
    const look = () => must(++looks === 3, 'not three yet');
    await eventually(look);
    expect(looks).toBe(3);
  });

  test('that is in vain says what was missing last', async () => {
    const wait = eventually(() => must(false, 'the job is retrying'), 0);
    await expect(wait).rejects.toThrow('the job is retrying, still after 0 s');
  });

  test('is over at once when something breaks that waiting does not mend', async () => {
    const wait = eventually(() => Promise.reject(new Error('connect ECONNREFUSED')));
    await expect(wait).rejects.toThrow('connect ECONNREFUSED');
  });
});
