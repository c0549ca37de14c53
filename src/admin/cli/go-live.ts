import type { Command } from 'commander';
import type { Cli } from './context.js';
import { invalidInput } from '../input.js';
import type { GoLive } from '../operations/go-live.js';
import { describeTally } from './tally.js';

interface GoLiveOptions {
  yes?: boolean;
  dryRun?: boolean;
  json?: boolean;
}

export function addGoLive(source: Command, cli: Cli): void {
  source
    .command('go-live')
    .description(
      'let an observed source count: shows what would follow, and asks; said again, it ends one that was broken off',
    )
    .argument('<name>')
    .option('--dry-run', 'show what would follow, and no more')
    .option('--yes', 'do not ask')
    .option('--json', 'print JSON')
    .action((name: string, options: GoLiveOptions) => goLive(cli, name, options));
}

async function goLive(cli: Cli, name: string, { yes, dryRun, json }: GoLiveOptions): Promise<void> {
  await cli.withOperations(async ({ sources }) => {
    const forecast = await sources.goLive(cli.by, { name });
    if (dryRun) return cli.print(json, forecast, () => describe(forecast));
    cli.say(describe(forecast));
    if (!yes && !(await agreed(cli, name))) {
      cli.say('nothing was changed');
      return cli.exitWith(1);
    }
    const done = await sources.goLive(cli.by, { name, confirm: true });
    cli.print(json, done, () => describe(done));
  });
}

function agreed(cli: Cli, name: string): Promise<boolean> {
  if (cli.confirm) return cli.confirm(`Let ${name} go live?`);
  throw invalidInput('yes: nothing was changed, since nobody can be asked here; say --yes');
}

function describe(shown: GoLive): string {
  return `${shown.name} ${shown.live ? 'is live' : 'would go live'}\n${describeTally(shown)}`;
}
