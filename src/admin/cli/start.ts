import type { Command } from 'commander';
import type { Cli, StartOptions } from './context.js';

export function addStartCommands(program: Command, cli: Cli): void {
  addStart(program, cli, 'serve', 'take notices and do the work, in one process');
  addStart(program, cli, 'web', 'take notices only');
  addStart(program, cli, 'worker', 'do the work only');
  program
    .command('rehearse')
    .description('play a story against a rehearsal Zoom, and leave the service up')
    .option('--exit', 'end after the story, with 1 when a check failed', false)
    .action(async ({ exit }: { exit: boolean }) => cli.exitWith(await cli.run.rehearse({ exit })));
}

function addStart(program: Command, cli: Cli, name: 'serve' | 'web' | 'worker', description: string): void {
  program
    .command(name)
    .description(description)
    .option(
      '--accept-key-loss',
      'start although keys of ENCRYPTION_KEYS are missing: what they sealed counts as not held',
      false,
    )
    .action(async ({ acceptKeyLoss }: StartOptions) => cli.exitWith(await cli.run[name]({ acceptKeyLoss })));
}
