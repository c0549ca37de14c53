import type { Command } from 'commander';
import { WHO } from '../input.js';
import type { Cli } from './context.js';
import type { Operations } from '../operations.js';
import { addPaging, type PagingOptions, sayMore } from './paging.js';
import { toLines } from './style.js';

interface FilterOptions {
  state?: string;
  code?: string;
  source?: string;
  action?: string;
  person?: string;
}

interface ReleaseOptions extends FilterOptions {
  all?: true;
  json?: boolean;
}

interface RerunOptions extends FilterOptions {
  allFailed?: true;
  json?: boolean;
}

export function addJobCommands(program: Command, cli: Cli): void {
  const jobs = program.command('jobs').description('what is to be done in Zoom, and what became of it');
  addPaging(addFilter(jobs.command('list').description('the newest first'))).action(
    async ({ json, ...asked }: PagingOptions & FilterOptions) => {
      const listed = await cli.withOperations((operations) => operations.jobs.list(asked));
      cli.print(json, listed, () => tableOf(cli, listed.jobs));
      sayMore(cli, listed);
    },
  );
  jobs
    .command('show')
    .description('one job, with its attempts')
    .argument('<id>')
    .option('--json', 'print JSON')
    .action(async (id: string, { json }: { json?: boolean }) => {
      const job = await cli.withOperations((operations) => operations.jobs.show({ id }));
      cli.print(json, job, () => describe(cli, job));
    });
  addFilter(jobs.command('rerun').description('run failed jobs again, each decided afresh'))
    .argument('[ids...]')
    .option('--all-failed', 'every failed job')
    .option('--json', 'print JSON')
    .action((ids: string[], options: RerunOptions) => rerun(cli, ids, options));
  addFilter(jobs.command('release').description('send braked jobs on'))
    .argument('[ids...]')
    .option('--all', 'every braked job')
    .option('--json', 'print JSON')
    .action((ids: string[], options: ReleaseOptions) => release(cli, ids, options));
  jobs
    .command('cancel')
    .description('call off a set that is not running')
    .argument('<id>')
    .option('--json', 'print JSON')
    .action(async (id: string, { json }: { json?: boolean }) => {
      const done = await cli.withOperations((operations) => operations.jobs.cancel(cli.by, { id }));
      cli.print(json, done, () => `cancelled ${done.id}`);
    });
}

function addFilter(command: Command): Command {
  return command
    .option('--state <state>')
    .option('--code <code>', 'such as ZOOM_TIMEOUT')
    .option('--source <name>')
    .option('--action <action>', 'set, clear or look')
    .option('--person <who>', WHO);
}

async function rerun(cli: Cli, ids: string[], { json, ...filter }: RerunOptions): Promise<void> {
  const [id] = ids;
  const isOne = id !== undefined && ids.length === 1 && Object.keys(filter).length === 0;
  const asked = ids.length > 0 ? { ids, ...filter } : filter;
  const { jobs } = await cli.withOperations(async (operations) =>
    isOne ? { jobs: [await operations.jobs.rerunOne(cli.by, { id })] } : operations.jobs.rerun(cli.by, asked),
  );
  cli.print(json, { jobs }, () =>
    jobs.length === 0
      ? 'no failed job fits'
      : cli.style.table(
          ['job', 'outcome'],
          jobs.map((one) => [one.id, one.outcome]),
        ),
  );
}

async function release(cli: Cli, ids: string[], { json, ...filter }: ReleaseOptions): Promise<void> {
  const asked = ids.length > 0 ? { ids, ...filter } : filter;
  const done = await cli.withOperations((operations) => operations.jobs.release(cli.by, asked));
  cli.print(json, done, () => {
    if (done.released === 0) return 'no braked job fits';
    return `released ${done.released} ${done.released === 1 ? 'job' : 'jobs'}`;
  });
}

type ListedJob = Awaited<ReturnType<Operations['jobs']['list']>>['jobs'][number];
type ShownJob = Awaited<ReturnType<Operations['jobs']['show']>>;

export function tableOf(cli: Cli, jobs: readonly ListedJob[]): string {
  const heads = ['job', 'action', 'state', 'code', 'source', 'attempts', 'created', 'finished', 'person'];
  const rows = jobs.map((one) => [
    one.id,
    one.action,
    one.state,
    one.code,
    one.source,
    one.attempts,
    one.createdAt,
    one.finishedAt,
    one.personId,
  ]);
  return cli.style.table(heads, rows);
}

function describe(cli: Cli, job: ShownJob): string {
  const lines = toLines([
    ['state', job.state],
    ['code', job.code],
    ['reason', job.reason],
    ['person', job.personId],
    ['zoom user', job.zoomUserId],
    ['source', job.source],
    ['created', job.createdAt],
    ['next attempt', job.finishedAt ? null : job.nextAttemptAt],
    ['finished', job.finishedAt],
  ]);
  const heads = ['attempt', 'started', 'ended', 'outcome', 'code', 'status', 'tracking id'];
  const rows = job.tries.map((one) => [
    one.number,
    one.startedAt,
    one.endedAt,
    one.outcome,
    one.code,
    one.status,
    one.trackingId,
  ]);
  const attempts = rows.length === 0 ? 'no attempts yet' : cli.style.table(heads, rows);
  return [cli.style.bold(`${job.action} ${job.id}`), lines, '', attempts].join('\n');
}
