import type { Command } from 'commander';
import type { Entitled } from '../operations/entitle.js';
import type { Cli } from './context.js';
import { toText } from './style.js';
import { describeTally } from './tally.js';

export function addEntitle(source: Command, cli: Cli): void {
  source
    .command('entitle')
    .description(
      'let only members of these groups get keys; without groups, everybody of the source again; said again, it ends one that was broken off',
    )
    .argument('<name>')
    .argument('[group...]', 'displayName or externalId')
    .option('--json', 'print JSON')
    .action(async (name: string, entitledGroups: string[], { json }: { json?: boolean }) => {
      const done = await cli.withOperations(({ sources }) =>
        sources.entitle(cli.by, { name, entitledGroups }),
      );
      cli.print(json, done, () => describe(done));
      if (done.decided?.braked)
        cli.say(
          `${done.decided.braked} are braked: hostkeeper jobs release --source ${name} lets them go, entitle with the groups as they were ends them`,
        );
    });
}

function describe({ name, entitledGroups, decided }: Entitled): string {
  const who = entitledGroups.length > 0 ? `members of ${toText(entitledGroups)}` : 'everybody';
  const then = decided ? describeTally(decided) : 'it is observed: nothing follows until it goes live';
  return `entitled by ${name}: ${who}\n${then}`;
}
