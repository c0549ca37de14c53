import { z } from 'zod';
import { tieLinks, type TiedRow } from '../../jobs/tie-links.js';
import type { Identifier } from '../../lifecycle/event.js';
import { addAudit } from '../../records/audit.js';
import { decodeText } from '../csv/decode.js';
import { type Layout, readLayout, readLinkRow } from '../csv/link-rows.js';
import { type CsvRecord, readCsv } from '../csv/records.js';
import { booleanInput, invalidInput, parseInput } from '../input.js';
import type { OperationsParts } from './parts.js';

const linkImportInput = z.strictObject({
  /** The NetBIOS name of the domain, for account names without one. */
  domain: z
    .string()
    .regex(/^[^\s\p{Cc}\p{Cs}.\\/@"]{1,15}$/u, 'must be the NetBIOS name of a domain, such as CORP')
    .optional(),
  dryRun: booleanInput,
});

export interface LinkImport {
  dryRun: boolean;
  /** The headers of the columns that were read. */
  columns: readonly string[];
  /** Rows after the header. */
  rows: number;
  linked: number;
  unchanged: number;
  /** People that were found to be somebody else whom we know. */
  merged: number;
  unknown: number;
  conflict: number;
  invalid: number;
  repeated: number;
  /** Of the last four, the first ones. */
  problems: { line: number; reason: string }[];
  problemsLeftOut: number;
}

/** Rows in one transaction: few enough that no notice waits long for their locks. */
const CHUNK = 50;
const MAX_PROBLEMS = 1_000;

type Parts = Pick<OperationsParts, 'pool' | 'prisma' | 'tell' | 'newId' | 'brake'>;

/**
 * Ties the identifiers of an export of Active Directory to the people we know. It says nothing of who is active or
 * gone. Broken off, it has done what it did; said again, it does the rest.
 */
export function createLinkImport(parts: Parts) {
  return async (by: string, given: unknown, csv: AsyncIterable<Uint8Array>): Promise<LinkImport> => {
    const { domain, dryRun } = parseInput(linkImportInput, given);
    const records = readCsv(decodeText(csv));
    const layout = await readHeader(records, domain);
    const report = newReport(dryRun, layout);
    const importId = parts.newId();
    const note = (action: string, detail: object) =>
      dryRun ? undefined : addAudit(parts.prisma, { actor: by, action, detail: { importId, ...detail } });
    // The audit first: what was begun is told, also when it is broken off.
    await note('people.link.import', { columns: [...layout.used] });
    await importRows(parts, records, layout, report);
    report.problems.sort((a, b) => a.line - b.line);
    const { problems: _problems, problemsLeftOut: _left, columns: _columns, ...counts } = report;
    await note('people.link.imported', counts);
    return report;
  };
}

async function readHeader(records: AsyncGenerator<CsvRecord>, domain: string | undefined): Promise<Layout> {
  const { value: header } = await records.next();
  const layout = header && 'fields' in header ? readLayout(header.fields, domain) : null;
  if (layout) return layout;
  throw invalidInput(
    'the first line must be a header that names at least two of SID, ObjectGUID, SamAccountName, UserPrincipalName, Mail',
  );
}

function newReport(dryRun: boolean, { used }: Layout): LinkImport {
  const counts = {
    rows: 0,
    linked: 0,
    unchanged: 0,
    merged: 0,
    unknown: 0,
    conflict: 0,
    invalid: 0,
    repeated: 0,
  };
  return { dryRun, columns: used, ...counts, problems: [], problemsLeftOut: 0 };
}

interface WaitingRow {
  line: number;
  links: readonly Identifier[];
}

async function importRows(
  parts: Parts,
  records: AsyncGenerator<CsvRecord>,
  layout: Layout,
  report: LinkImport,
): Promise<void> {
  const lineOf = new Map<string, number>();
  let waiting: WaitingRow[] = [];
  const tieWaiting = async () => {
    const rows = waiting;
    waiting = [];
    const tied = await tieLinks(
      rows.map((row) => row.links),
      { ...parts, dryRun: report.dryRun },
    );
    tied.forEach((one, index) => count(report, one, rows[index]?.line ?? 0));
  };
  for await (const record of records) {
    report.rows++;
    const row = readLinkRow(record, layout);
    if ('problem' in row) {
      addProblem(report, 'invalid', row.line, row.problem);
      continue;
    }
    const before = noteId(lineOf, row);
    if (before !== undefined)
      addProblem(report, 'repeated', row.line, `its SID or GUID stands in line ${before}`);
    else if (waiting.push(row) >= CHUNK) await tieWaiting();
  }
  if (waiting.length > 0) await tieWaiting();
}

/** An account stands in a list once: a second row about it may be a mistake, and two people must not become one by it. */
function noteId(lineOf: Map<string, number>, { line, links }: WaitingRow): number | undefined {
  const id = links.find(({ kind }) => kind === 'ad-sid' || kind === 'ad-guid')?.value;
  if (id === undefined) return undefined;
  const before = lineOf.get(id);
  if (before === undefined) lineOf.set(id, line);
  return before;
}

const REASONS = {
  unknown: 'nobody we know has any of these identifiers',
  conflict: 'its identifiers are those of different people',
} as const;

function count(report: LinkImport, { outcome, merged }: TiedRow, line: number): void {
  report.merged += merged;
  if (outcome === 'unknown' || outcome === 'conflict') addProblem(report, outcome, line, REASONS[outcome]);
  else report[outcome]++;
}

function addProblem(
  report: LinkImport,
  outcome: 'unknown' | 'conflict' | 'invalid' | 'repeated',
  line: number,
  reason: string,
): void {
  report[outcome]++;
  if (report.problems.length < MAX_PROBLEMS) report.problems.push({ line, reason });
  else report.problemsLeftOut++;
}
