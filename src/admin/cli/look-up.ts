import type { Command } from 'commander';
import type { Cli } from './context.js';
import { toLines } from './style.js';

export function addLookUpCommand(program: Command, cli: Cli): void {
  program
    .command('lookup')
    .description('show a host key; the audit keeps who looked')
    .argument('<who>', 'a mail or a Zoom user id')
    .option('--json', 'print JSON')
    .action(async (who: string, { json }: { json?: boolean }) => {
      const whose = who.includes('@') ? { email: who } : { zoomUserId: who };
      const found = await cli.withOperations(({ lookUp }) => lookUp(cli.by, whose));
      cli.print(json, found, () =>
        toLines([
          ['host key', found.hostKey],
          ...(found.settling ? [['or', found.others] as const] : []),
          ['before', found.previous],
          ['zoom user', found.zoomUserId],
          ['mail', found.email],
        ]),
      );
      if (found.settling) cli.say('a change is in flight: if the first key is refused, try the other');
    });
}
