import type { Command } from 'commander';
import type { Cli } from './context.js';

export interface PagingOptions {
  limit?: string;
  cursor?: string;
  json?: boolean;
}

export function addPaging(command: Command): Command {
  return command
    .option('--limit <count>', 'how many (50)')
    .option('--cursor <cursor>', 'go on where a list ended')
    .option('--json', 'print JSON');
}

export function sayMore(cli: Cli, { nextCursor }: { nextCursor: string | null }): void {
  if (nextCursor) cli.say(`there are more: --cursor ${nextCursor}`);
}
