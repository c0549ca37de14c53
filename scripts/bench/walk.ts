import { openEmbedded } from '../../src/records/embedded/open.js';
import { closeDirectory, openDirectory, type Directory } from './directory.js';
import { withDataDir } from './hostkeeper.js';
import { median, report, round } from './report.js';
import { insist } from './scim-client.js';

const USERS = 100_000;
const PAGE = 100;

interface ListPage {
  totalResults: number;
  nextCursor?: string;
  Resources: { id: string }[];
}

/** Everybody, page by page, as an import does it: by index, and by cursor. */
export async function benchWalk(): Promise<void> {
  await withDataDir(async (dataDir) => {
    const server = await openEmbedded({ dataDir });
    const size = { users: USERS, groups: 1, members: 1 };
    const directory = await openDirectory(size, server.url, dataDir);
    await measure('index', directory, 'none', (page) => `startIndex=${page * PAGE + 1}`);
    await measure('cursor', directory, '<= 1.5', (_, before) => `cursor=${before?.nextCursor ?? ''}`);
    await closeDirectory(directory);
    await server.release();
  });
}

async function measure(
  way: string,
  { call }: Directory,
  goal: string,
  place: (page: number, before: ListPage | undefined) => string,
): Promise<void> {
  const took: number[] = [];
  const seen = new Set<string>();
  let before: ListPage | undefined;
  do {
    const path = `/scim/v2/Users?count=${PAGE}&${place(took.length, before)}`;
    const { body, tookMs } = await insist(() => call('GET', path));
    before = JSON.parse(body) as ListPage;
    took.push(tookMs);
    for (const { id } of before.Resources) seen.add(id);
  } while (before.Resources.length === PAGE);
  if (seen.size !== USERS + 1) throw new Error(`the walk by ${way} met ${seen.size} users`);
  const tenth = Math.floor(took.length / 10);
  const [first, last] = [median(took.slice(0, tenth)), median(took.slice(-tenth - 1, -1))];
  const more = { ratio: round(last / first), goal, firstTenth: round(first), pages: took.length };
  report(`walk of ${USERS} users by ${way}, last tenth`, last, 'ms a page', more);
}
