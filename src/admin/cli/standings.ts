import type { Command } from 'commander';
import type { Cli } from './context.js';
import type { ShownDrop } from '../operations/standings.js';
import { describeTally } from './tally.js';

interface DropOptions {
  source: string;
  standing?: string;
  since?: string;
  until?: string;
  all?: true;
  dryRun?: boolean;
  json?: boolean;
}

export function addStandingCommands(people: Command, cli: Cli): void {
  people
    .command('standing')
    .description('what sources said of whether people are there')
    .command('drop')
    .description('drop it, for those whom all that is given fits; they are decided again')
    .argument('[who...]', 'mails, Zoom user ids or person ids')
    .requiredOption('--source <name>', 'whose word is dropped')
    .option('--standing <standing>', 'active or gone')
    .option('--since <time>', 'said at or after, such as 2026-11-25T14:00:00Z')
    .option('--until <time>', 'said at or before')
    .option('--all', 'everything it said')
    .option('--dry-run', 'show what would follow, and no more')
    .option('--json', 'print JSON')
    .action(async (who: string[], { json, ...options }: DropOptions) => {
      const asked = { ...options, ...(who.length > 0 && { who }) };
      const shown = await cli.withOperations((operations) => operations.people.dropStandings(cli.by, asked));
      cli.print(json, shown, () => describe(shown));
    });
}

function describe(shown: ShownDrop): string {
  const { dryRun, records, source } = shown;
  const head = `standings of ${source} that ${dryRun ? 'would be' : 'were'} dropped: ${records}`;
  return `${head}\n${describeTally(shown)}`;
}
