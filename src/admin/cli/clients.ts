import type { Command } from 'commander';
import type { ShownClient } from '../operations/clients.js';
import type { Cli } from './context.js';
import { toLines } from './style.js';

interface AddOptions {
  expires?: string;
  json?: boolean;
}

interface RotateOptions extends AddOptions {
  overlap?: string;
}

export function addClientCommands(source: Command, cli: Cli): void {
  const client = source.command('client').description('what a SCIM source gets its tokens with (OAuth 2)');
  addAdd(client, cli);
  addList(client, cli);
  addRotate(client, cli);
  client
    .command('revoke')
    .description('end a client at once, and the tokens that it got')
    .argument('<source>')
    .argument('<name or id>')
    .option('--json', 'print JSON')
    .action(async (name: string, which: string, { json }: { json?: boolean }) => {
      const asked = { source: name, client: which };
      const done = await cli.withOperations(({ clients }) => clients.revoke(cli.by, asked));
      cli.print(json, done, () => `${which} is revoked`);
    });
}

function addAdd(client: Command, cli: Cli): void {
  client
    .command('add')
    .description('make a client for a source; prints its id and its secret, once')
    .argument('<source>')
    .argument('<name>', 'for the list, such as entra-gallery')
    .option('--expires <days>', 'never, when left out')
    .option('--json', 'print JSON')
    .action(async (source: string, name: string, { expires: expiresInDays, json }: AddOptions) => {
      const asked = { source, name, expiresInDays };
      print(cli, json, await cli.withOperations(({ clients }) => clients.add(cli.by, asked)));
    });
}

function addRotate(client: Command, cli: Cli): void {
  client
    .command('rotate')
    .description('give a client another secret; prints it, once')
    .argument('<source>')
    .argument('<name or id>')
    .option('--overlap <hours>', 'how long the one before is taken as well (24)')
    .option('--expires <days>', 'when the new one ends; never, when left out')
    .option('--json', 'print JSON')
    .action(async (source: string, which: string, { overlap, expires, json }: RotateOptions) => {
      const asked = { source, client: which, overlapHours: overlap, expiresInDays: expires };
      const shown = await cli.withOperations(({ clients }) => clients.rotate(cli.by, asked));
      print(cli, json, shown);
      cli.say(`the one before is taken until ${shown.previousUntil.toISOString()}`);
    });
}

function addList(client: Command, cli: Cli): void {
  client
    .command('list')
    .description("a source's clients, the newest first; never their secrets")
    .argument('<source>')
    .option('--json', 'print JSON')
    .action(async (source: string, { json }: { json?: boolean }) => {
      const listed = await cli.withOperations(({ clients }) => clients.list({ source }));
      const heads = ['name', 'created', 'expires', 'secret before until', 'revoked', 'last used', 'id'];
      const rows = listed.clients.map((one) => [
        one.name,
        one.createdAt,
        one.expiresAt,
        one.previousUntil,
        one.revokedAt,
        one.lastUsedAt,
        one.id,
      ]);
      cli.print(json, listed, () => cli.style.table(heads, rows));
    });
}

function print(cli: Cli, json: boolean | undefined, shown: ShownClient): void {
  cli.print(json, shown, () =>
    [
      cli.style.bold(`${shown.name} (${shown.source})`),
      toLines([
        ['url', shown.url],
        ['token url', shown.tokenUrl],
        ['client id', shown.clientId],
        ['client secret', shown.clientSecret],
        ['expires', shown.expiresAt ?? 'never'],
      ]),
    ].join('\n'),
  );
  cli.say(
    `this secret is shown only now; hostkeeper source client rotate ${shown.source} ${shown.name} makes another`,
  );
}
