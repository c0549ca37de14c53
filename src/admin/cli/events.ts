import type { Command } from 'commander';
import { WHO } from '../input.js';
import type { Cli } from './context.js';
import type { Operations } from '../operations.js';
import { addPaging, type PagingOptions, sayMore } from './paging.js';

interface FilterOptions {
  source?: string;
  outcome?: string;
  type?: string;
  person?: string;
}

export function addEventCommands(program: Command, cli: Cli): void {
  const list = program
    .command('events')
    .description('what sources told us about people')
    .command('list')
    .description('the newest first')
    .option('--source <name>')
    .option('--outcome <outcome>', 'such as applied or rejected')
    .option('--type <type>', 'created, changed, transferred, removed or exposed')
    .option('--person <who>', WHO);
  addPaging(list).action(async ({ json, ...asked }: PagingOptions & FilterOptions) => {
    const listed = await cli.withOperations(({ events }) => events.list(asked));
    cli.print(json, listed, () => tableOf(cli, listed.events));
    sayMore(cli, listed);
  });
}

type ListedEvent = Awaited<ReturnType<Operations['events']['list']>>['events'][number];

export function tableOf(cli: Cli, events: readonly ListedEvent[]): string {
  const heads = ['received', 'source', 'type', 'outcome', 'subject', 'reason', 'occurred', 'event'];
  const rows = events.map((one) => [
    one.receivedAt,
    one.source,
    one.type,
    one.outcome,
    one.subject,
    one.reason,
    one.occurredAt,
    one.id,
  ]);
  return cli.style.table(heads, rows);
}
