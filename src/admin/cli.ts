import { Command, CommanderError } from 'commander';
import { type Cli, type CliOptions, createContext } from './cli/context.js';
import { addDoctorCommand } from './cli/doctor.js';
import { addEventCommands } from './cli/events.js';
import { describeFailure } from './cli/failure.js';
import { addJobCommands } from './cli/jobs.js';
import { addLookUpCommand } from './cli/look-up.js';
import { addPeopleCommands } from './cli/people.js';
import { addMigrateCommand } from './cli/migrate.js';
import { addSourceCommands } from './cli/sources.js';
import { addStartCommands } from './cli/start.js';
import { addTokenCommands } from './cli/tokens.js';

const FAILED = 1;
const WRONG_USAGE = 2;

/**
 * The operator's door on a command line.
 *
 * @returns runs the arguments (without node and script) and gives the exit code: 0, 1 failed, 2 wrong usage
 */
export function createCli(options: CliOptions): (args: readonly string[]) => Promise<number> {
  return async (args) => {
    let exitCode = 0;
    const cli = createContext(options, (code) => (exitCode = code));
    try {
      await createProgram(options, cli).parseAsync(args, { from: 'user' });
      return exitCode;
    } catch (error) {
      if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : WRONG_USAGE;
      const { text, isUsage } = describeFailure(error, cli.style);
      cli.say(text);
      return isUsage ? WRONG_USAGE : FAILED;
    }
  };
}

function createProgram({ version, stdout, stderr, colour }: CliOptions, cli: Cli): Command {
  const program = new Command('hostkeeper')
    .description('Sets, keeps and clears Zoom host keys as people join, move and leave.')
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
      getOutHasColors: () => colour,
      getErrHasColors: () => colour,
    })
    .showHelpAfterError('(--help tells how)');
  addStartCommands(program, cli);
  addMigrateCommand(program, cli);
  addDoctorCommand(program, cli);
  addSourceCommands(program, cli);
  addTokenCommands(program, cli);
  addJobCommands(program, cli);
  addEventCommands(program, cli);
  addPeopleCommands(program, cli);
  addLookUpCommand(program, cli);
  return program;
}
