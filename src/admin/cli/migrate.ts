import type { Command } from 'commander';
import type { Cli } from './context.js';

export function addMigrateCommand(program: Command, cli: Cli): void {
  program
    .command('migrate')
    .description('bring the database up to date')
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const { applied } = await cli.run.migrate();
      cli.print(json, { applied }, () =>
        applied.length === 0
          ? 'the database is up to date'
          : ['applied:', ...applied.map((name) => `  ${name}`)].join('\n'),
      );
    });
}
