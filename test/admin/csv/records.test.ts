import { Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeText } from '../../../src/admin/csv/decode.js';
import { type CsvRecord, readCsv } from '../../../src/admin/csv/records.js';

/** As a file would come: in pieces of some bytes. */
async function read(bytes: Buffer, pieceLength = 7): Promise<CsvRecord[]> {
  const pieces = Array.from({ length: Math.ceil(bytes.length / pieceLength) }, (_, index) =>
    bytes.subarray(index * pieceLength, (index + 1) * pieceLength),
  );
  const records: CsvRecord[] = [];
  for await (const record of readCsv(decodeText(Readable.from(pieces)))) records.push(record);
  return records;
}

const fieldsOf = async (text: string) =>
  (await read(Buffer.from(text))).map((record) => ('fields' in record ? record.fields : record.problem));

describe('a file', () => {
  test('is read by RFC 4180: quotes, quotes in quotes, separators and line ends in fields', async () => {
    expect(await fieldsOf('a,"b ""x"", y","line\r\nend"\r\n,,\r\n')).toEqual([
      ['a', 'b "x", y', 'line\nend'],
      ['', '', ''],
    ]);
  });

  test.each([
    ['commas', ','],
    ['the semicolons of German systems', ';'],
    ['tabs', '\t'],
  ])('may have %s between its fields', async (_name, separator) => {
    const text = [
      ['SID', 'Mail'],
      ['s', '"a,b;c"'],
    ]
      .map((fields) => fields.join(separator))
      .join('\n');
    expect(await fieldsOf(text)).toEqual([
      ['SID', 'Mail'],
      ['s', 'a,b;c'],
    ]);
  });

  test.each([
    ['CRLF', '\r\n'],
    ['LF', '\n'],
    ['CR', '\r'],
  ])('may end its lines with %s, the last one or not, and have empty ones', async (_name, end) => {
    const records = await read(Buffer.from(['h,i', '', '1,2', '3,4'].join(end)));
    expect(records).toEqual([
      { line: 1, fields: ['h', 'i'] },
      { line: 3, fields: ['1', '2'] },
      { line: 4, fields: ['3', '4'] },
    ]);
    expect(await read(Buffer.from(`h,i${end}1,2${end}`))).toHaveLength(2);
  });

  test.each([
    ['UTF-8', Buffer.from('h,ü\r\n1,2')],
    ['UTF-8 with a mark', Buffer.from('\uFEFFh,ü\r\n1,2')],
    ['UTF-16 of Windows PowerShell', Buffer.from('\uFEFFh,ü\r\n1,2', 'utf16le')],
    ['UTF-16 without a mark', Buffer.from('h,ü\r\n1,2', 'utf16le')],
    ['UTF-16 the other way round', Buffer.from('\uFEFFh,ü\r\n1,2', 'utf16le').swap16()],
  ])('may be %s', async (_name, bytes) => {
    for (const pieceLength of [1, 3, 100]) {
      expect(await read(bytes, pieceLength)).toEqual([
        { line: 1, fields: ['h', 'ü'] },
        { line: 2, fields: ['1', '2'] },
      ]);
    }
  });

  test('may begin with the type that Export-Csv names, or the separator that Excel does', async () => {
    const [header] = await read(
      Buffer.from('#TYPE Microsoft.ActiveDirectory.Management.ADUser\r\n"SID","Mail"\r\n"s","m"'),
    );
    expect(header).toEqual({ line: 2, fields: ['SID', 'Mail'] });
    expect(await fieldsOf('sep=;\r\nSID;Mail')).toEqual([['SID', 'Mail']]);
  });

  test.each(['', '\uFEFF', '\r\n'])('without anything in it has no records', async (text) => {
    expect(await read(Buffer.from(text))).toEqual([]);
  });
});

describe('a record that cannot be read', () => {
  test.each([
    ['a quote in a plain field', 'a"b,c'],
    ['something behind a closing quote', '"a"b,c'],
  ])('with %s is told with its line, and the next ones are read', async (_name, bad) => {
    const records = await read(Buffer.from(`h,i\n1,2\n${bad}\n3,4\n`));
    expect(records.map((record) => ('fields' in record ? record.fields : record.line))).toEqual([
      ['h', 'i'],
      ['1', '2'],
      3,
      ['3', '4'],
    ]);
  });

  test('for a quote that is never closed does not fill the memory, nor end the reading', async () => {
    const rows = Array.from({ length: 20_000 }, (_, index) => `row ${index},x`);
    const records = await read(Buffer.from(['h,i', '"open,x', ...rows].join('\n')), 4_096);
    const [, broken, next] = records;
    expect(broken).toMatchObject({ line: 2, problem: expect.stringContaining('closing quote') });
    expect(next).toMatchObject({ fields: [expect.stringMatching(/^row \d+$/), 'x'] });
    expect(records.at(-1)).toEqual({ line: 20_002, fields: ['row 19999', 'x'] });
  });
});

test('whatever is written is read again, in any pieces', async () => {
  const fields = fc.array(fc.string({ maxLength: 8 }), { minLength: 2, maxLength: 2 });
  const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fields, { maxLength: 10 }),
      fc.integer({ min: 1, max: 20 }),
      async (rows, size) => {
        const text = [['h', 'i'], ...rows].map((row) => row.map(quote).join(',')).join('\r\n');
        const records = await read(Buffer.from(text), size);
        const normal = rows.map((row) => row.map((one) => one.replace(/\r\n?/g, '\n')));
        expect(records.slice(1).map((one) => ('fields' in one ? one.fields : one.problem))).toEqual(normal);
      },
    ),
    { numRuns: 200 },
  );
});
