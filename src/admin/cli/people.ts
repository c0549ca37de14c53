import type { Command } from 'commander';
import { WHO } from '../input.js';
import type { Cli } from './context.js';
import type { Operations } from '../operations.js';
import { tableOf as eventTable } from './events.js';
import { tableOf as jobTable } from './jobs.js';
import { addLinkCommands } from './link-import.js';
import { addStandingCommands } from './standings.js';
import { toLines, toText } from './style.js';

interface JsonOption {
  json?: boolean;
}

export function addPeopleCommands(program: Command, cli: Cli): void {
  const people = program.command('people').description('the humans we know of');
  people
    .command('show')
    .description('what is known of a person, and what was lately done; never their key')
    .argument('<who>', WHO)
    .option('--json', 'print JSON')
    .action(async (who: string, { json }: JsonOption) => {
      const person = await cli.withOperations((operations) => operations.people.show({ who }));
      cli.print(json, person, () => describe(cli, person));
    });
  addWord(people, cli, 'clear', 'take their key away, whatever their sources say, until people restore');
  addWord(people, cli, 'restore', 'undo people clear');
  addWord(people, cli, 'rotate', 'give them another key');
  addStandingCommands(people, cli);
  addLinkCommands(people, cli);
}

function addWord(people: Command, cli: Cli, word: 'clear' | 'restore' | 'rotate', description: string): void {
  people
    .command(word)
    .description(description)
    .argument('<who>', WHO)
    .option('--json', 'print JSON')
    .action(async (who: string, { json }: JsonOption) => {
      const said = await cli.withOperations((operations) => operations.people[word](cli.by, { who }));
      cli.print(json, said, () => {
        const head = `${toText(said.mail ?? said.personId)}: ${said.outcome}${said.reason ? ` (${toText(said.reason)})` : ''}`;
        return said.jobs.length === 0
          ? `${head}; nothing to do in Zoom`
          : `${head}\n${jobTable(cli, said.jobs)}`;
      });
    });
}

type ShownPerson = Awaited<ReturnType<Operations['people']['show']>>;

function describe(cli: Cli, person: ShownPerson): string {
  const { bold, table } = cli.style;
  const lines = toLines([
    ['id', person.id],
    ['mail', person.mail],
    ['should have a key', person.wanted],
    ['contested since', person.contestedAt],
    ['cancelled since', person.cancelledAt],
    ['known as', person.links.map(({ kind, value }) => `${kind} ${value}`)],
  ]);
  const standings = person.standings.map((one) => [one.source, one.standing, one.standingAt, one.record]);
  const hostKeys = person.zoomUsers.flatMap((user) => {
    const keys = user.hostKeys.map((key) => [user.id, user.standing, key.generation, key.state, key.setAt]);
    return keys.length > 0 ? keys : [[user.id, user.standing, null, 'no key', null]];
  });
  return [
    bold(toText(person.name ?? person.mail ?? person.id)),
    lines,
    '',
    table(['source', 'standing', 'since', 'record'], standings),
    '',
    table(['zoom user', 'standing', 'generation', 'host key', 'set'], hostKeys),
    '',
    jobTable(cli, person.jobs),
    '',
    eventTable(cli, person.events),
  ].join('\n');
}
