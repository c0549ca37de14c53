import type { Command } from 'commander';
import type { Cli } from './context.js';
import type { ShownSource } from '../operations/sources.js';
import { addClientCommands } from './clients.js';
import { addEntitle } from './entitle.js';
import { unreadable } from './failure.js';
import { addGoLive } from './go-live.js';
import { toLines } from './style.js';
import type { Tally } from '../../jobs/tally.js';
import { describeTally } from './tally.js';

interface AddOptions {
  kind: string;
  domain?: string[];
  observe?: boolean;
  presenceOnly?: boolean;
  entitledGroup?: string[];
  secretFile?: string;
  json?: boolean;
}

interface RotateOptions {
  overlap?: string;
  secretFile?: string;
  json?: boolean;
}

export function addSourceCommands(program: Command, cli: Cli): void {
  const source = program.command('source').description('the systems that tell us about people');
  addAdd(source, cli);
  addRotate(source, cli);
  source
    .command('list')
    .description('every connected source')
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const listed = await cli.withOperations(({ sources }) => sources.list());
      cli.print(json, listed, () => {
        const rows = listed.sources.map((one) => [
          one.name,
          one.kind,
          one.domains,
          one.observed,
          one.presenceOnly,
          one.entitledGroups,
          one.goingLiveAt,
          one.lastNoticeAt,
          one.createdAt,
        ]);
        const heads = [
          'name',
          'kind',
          'domains',
          'observed',
          'presence only',
          'entitled groups',
          'going live',
          'last notice',
          'created',
        ];
        return cli.style.table(heads, rows);
      });
    });
  addGoLive(source, cli);
  addEntitle(source, cli);
  addRemove(source, cli);
  addClientCommands(source, cli);
}

function addAdd(source: Command, cli: Cli): void {
  source
    .command('add')
    .description('connect a source; prints its URL and its credential, once')
    .argument('<name>', 'for addresses and lists, such as okta')
    .requiredOption('--kind <kind>', 'scim, zoom, ...')
    .option('--domain <domain...>', 'the mail domains it may speak for; any, when left out')
    .option('--observe', 'take what it says, and change nothing in Zoom yet')
    .option('--presence-only', 'it alone gives nobody a key')
    .option('--entitled-group <group...>', 'displayName or externalId: only members of these groups get keys')
    .option('--secret-file <file>', 'holds the secret it signs with; one is made when left out')
    .option('--json', 'print JSON')
    .action(async (name: string, options: AddOptions) => {
      const secret = await readSecret(cli, options.secretFile);
      const {
        kind,
        domain: domains,
        observe: observed,
        presenceOnly,
        entitledGroup: entitledGroups,
      } = options;
      const shown = await cli.withOperations(({ sources }) =>
        sources.add(cli.by, { name, kind, domains, observed, presenceOnly, entitledGroups, secret }),
      );
      printCredential(cli, options.json, shown);
      if (shown.decided?.clear) cli.say(warningOf(name, shown.decided));
    });
}

function warningOf(name: string, { clear, braked }: Tally): string {
  return [
    `${clear} of those who are known hold a key, and are to lose it: only members of ${name}'s entitled groups get keys now`,
    `${braked} of these clears are braked, until you release them or their people join a group`,
    `to see first what follows: hostkeeper source remove ${name}, then add it with --observe`,
  ].join('\n');
}

function addRotate(source: Command, cli: Cli): void {
  source
    .command('rotate')
    .description('give a source another credential; prints it, once')
    .argument('<name>')
    .option('--overlap <hours>', 'how long the one before is taken as well (24)')
    .option('--secret-file <file>', 'holds the new secret; one is made when left out')
    .option('--json', 'print JSON')
    .action(async (name: string, options: RotateOptions) => {
      const secret = await readSecret(cli, options.secretFile);
      const asked = { name, overlapHours: options.overlap, secret };
      const shown = await cli.withOperations(({ sources }) => sources.rotate(cli.by, asked));
      printCredential(cli, options.json, shown);
      cli.say(`the one before is taken until ${shown.previousUntil.toISOString()}`);
    });
}

function addRemove(source: Command, cli: Cli): void {
  source
    .command('remove')
    .description('disconnect a source; said again, it ends a removal that was broken off')
    .argument('<name>')
    .option('--forget-leavers', 'whom it said have left count as leavers no longer; can be said later, too')
    .option('--json', 'print JSON')
    .action(async (name: string, { forgetLeavers, json }: { forgetLeavers?: boolean; json?: boolean }) => {
      const removed = await cli.withOperations(({ sources }) =>
        sources.remove(cli.by, { name, forgetLeavers }),
      );
      cli.print(json, removed, () => `${name} is removed\n${describeTally(removed)}`);
    });
}

function printCredential(cli: Cli, json: boolean | undefined, shown: ShownSource): void {
  const credential =
    shown.token === undefined ? (['secret', shown.secret] as const) : (['token', shown.token] as const);
  cli.print(json, shown, () =>
    [cli.style.bold(`${shown.name} (${shown.kind})`), toLines([['url', shown.url], credential])].join('\n'),
  );
  cli.say(`this ${credential[0]} is shown only now; hostkeeper source rotate ${shown.name} makes another`);
}

/** A line end after the secret belongs to the file, not to the secret. */
async function readSecret(cli: Cli, path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  try {
    return (await cli.readFile(path)).replace(/\r?\n$/, '');
  } catch (error) {
    throw unreadable('secret-file', error);
  }
}
