import type { Command } from 'commander';
import type { LinkImport } from '../operations/link-import.js';
import type { Cli } from './context.js';
import { unreadable } from './failure.js';
import { toLines, toText } from './style.js';

interface ImportOptions {
  domain?: string;
  dryRun?: boolean;
  json?: boolean;
}

export function addLinkCommands(people: Command, cli: Cli): void {
  people
    .command('link')
    .description('the identifiers by which people are known')
    .command('import')
    .description(
      'tie identifiers of Active Directory to the people we know; it says nobody is active or gone',
    )
    .argument(
      '<file>',
      'CSV with a header: SID, ObjectGUID, SamAccountName, UserPrincipalName, Mail; - for stdin',
    )
    .option('--domain <name>', 'the NetBIOS name of the domain, for account names without one')
    .option('--dry-run', 'tell what would be tied, and tie nothing')
    .option('--json', 'print JSON')
    .action(async (file: string, { json, ...asked }: ImportOptions) => {
      const csv = readable(cli.openFile(file));
      const done = await cli.withOperations(({ importLinks }) => importLinks(cli.by, asked, csv));
      cli.print(json, done, () => describe(cli, done));
    });
}

function describe(cli: Cli, { dryRun, columns, problems, problemsLeftOut, ...counts }: LinkImport): string {
  const lines = toLines([
    ['read', columns],
    ...Object.entries(counts).map(([name, count]) => [name, count] as const),
  ]);
  const head = cli.style.bold(dryRun ? 'nothing was tied, this is what would be' : 'identifiers were tied');
  if (problems.length === 0) return `${head}\n${lines}`;
  const rows = problems.map(({ line, reason }) => [line, toText(reason)]);
  const more = problemsLeftOut > 0 ? `\nand ${problemsLeftOut} more` : '';
  return `${head}\n${lines}\n\n${cli.style.table(['line', 'not tied, since'], rows)}${more}`;
}

async function* readable(file: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* file;
  } catch (error) {
    throw unreadable('file', error);
  }
}
