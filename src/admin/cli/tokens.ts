import type { Command } from 'commander';
import type { Cli } from './context.js';
import { SCOPES } from '../operations/tokens.js';
import { addPaging, type PagingOptions, sayMore } from './paging.js';
import { toLines } from './style.js';

interface CreateOptions {
  scope?: string[];
  source?: string;
  expires?: string;
  json?: boolean;
}

export function addTokenCommands(program: Command, cli: Cli): void {
  const token = program.command('token').description('what scripts and SCIM sources show');
  token
    .command('create')
    .description('make a token; prints it, once')
    .argument('<name>', 'stands in the audit for whoever uses it')
    .option('--scope <scope...>', SCOPES.join(', '))
    .option('--source <source>', 'one more for a SCIM source, beside those it has; its scope is scim')
    .option('--expires <days>', 'never, when left out')
    .option('--json', 'print JSON')
    .action(async (name: string, options: CreateOptions) => {
      const { scope: scopes, source, expires: expiresInDays, json } = options;
      const asked = { name, source, scopes, expiresInDays };
      const made = await cli.withOperations(({ tokens }) => tokens.create(cli.by, asked));
      cli.print(json, made, () =>
        [
          cli.style.bold(made.name),
          toLines([
            ['token', made.token],
            ['scopes', made.scopes],
            ['expires', made.expiresAt ?? 'never'],
          ]),
        ].join('\n'),
      );
      cli.say('this token is shown only now: only its hash is kept');
    });
  addPaging(
    token
      .command('list')
      .description('every token, the newest first; never the tokens themselves')
      .option('--source <source>', 'those of one source only'),
  ).action(async ({ json, ...asked }: PagingOptions & { source?: string }) => {
    const listed = await cli.withOperations(({ tokens }) => tokens.list(asked));
    cli.print(json, listed, () => {
      const heads = ['name', 'scopes', 'source', 'created', 'expires', 'revoked', 'last used', 'id'];
      const rows = listed.tokens.map((one) => [
        one.name,
        one.scopes,
        one.source,
        one.createdAt,
        one.expiresAt,
        one.revokedAt,
        one.lastUsedAt,
        one.id,
      ]);
      return cli.style.table(heads, rows);
    });
    sayMore(cli, listed);
  });
  token
    .command('revoke')
    .description('end a token at once')
    .argument('<name or id>')
    .option('--source <source>', 'whose token it is; needed to name one of a source by its name')
    .option('--json', 'print JSON')
    .action(async (which: string, { source, json }: { source?: string; json?: boolean }) => {
      const asked = { token: which, source };
      const done = await cli.withOperations(({ tokens }) => tokens.revoke(cli.by, asked));
      cli.print(json, done, () => `${which} is revoked`);
    });
}
