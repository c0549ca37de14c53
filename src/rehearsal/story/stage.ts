import type { LoggedRequest } from '../request-log.js';
import type { RehearsalZoom } from '../zoom.js';
import { type Cast, nameOf, type Player } from './cast.js';
import type { Entra } from './entra.js';
import { eventually, must, PATIENCE_MS } from './eventually.js';
import type { Hostkeeper } from './hostkeeper.js';
import type { Okta } from './okta.js';
import { masked, type Outcome, type Table } from './table.js';

export interface Stage {
  url: string;
  cast: Cast;
  okta: Okta;
  entra: Entra;
  zoom: RehearsalZoom;
  keeper: Hostkeeper;
  table: Table;
  clockSpeed: number;
}

/** What an ending looks at. */
export interface Seen {
  stage: Stage;
  who: Player;
  /** What has reached Zoom about them since the beat began. */
  calls: Readonly<LoggedRequest>[];
}

/** Asked again and again, as long as it throws NotYet. */
export type Ending = (seen: Seen) => Promise<Outcome>;

export interface Beat {
  who: Player;
  by: string;
  said: string;
  say: () => Promise<unknown> | unknown;
  ending: Ending;
  patienceMs?: number;
}

/** The story cannot go on: what it waited for did not come. */
export class BeatFailed extends Error {
  override readonly name = 'BeatFailed';

  constructor(
    readonly beat: string,
    cause: unknown,
  ) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** One thing is said, its ending is waited for, and a row tells both. */
export async function play(stage: Stage, { who, by, said, say, ending, patienceMs }: Beat): Promise<void> {
  const { zoom, table } = stage;
  const before = zoom.log.requests.length;
  const calls = () => zoom.log.requests.slice(before).filter((call) => isAbout(who, call));
  try {
    noteZoomId(stage, who);
    await say();
    noteZoomId(stage, who);
    const outcome = await eventually(() => ending({ stage, who, calls: calls() }), patienceMs ?? PATIENCE_MS);
    table.row({ who: nameOf(who), by, said, calls: calls().map(described), outcome });
  } catch (error) {
    throw new BeatFailed(`${nameOf(who)}, ${by}: ${said}`, error);
  }
}

/** Zoom's log knows its users by id, also those that it has no longer. */
function noteZoomId({ zoom }: Stage, who: Player): void {
  const zoomId = zoom.users.find(who.zoomMail)?.id;
  if (zoomId !== undefined) who.zoomId = zoomId;
}

function isAbout(who: Player, { userId }: Readonly<LoggedRequest>): boolean {
  return userId !== undefined && [who.zoomId, who.mail, who.zoomMail].includes(userId);
}

function described({ method, hostKey, status }: Readonly<LoggedRequest>): string {
  const words = [method, ...(hostKey === undefined ? [] : [masked(hostKey)]), status ?? 'unanswered'];
  return words.join(' ');
}

/** Zoom has been heard in everything it had to say, and no job is left to do. */
export async function mustBeAtRest({ zoom, keeper }: Stage): Promise<void> {
  const told = zoom.deliveries.length;
  mustBeHeard(zoom);
  const unfinished = (await keeper.jobs()).filter((job) => job.finishedAt === null);
  const list = unfinished.map(({ action, state, code }) => [action, state, code ?? ''].join(' ').trim());
  must(unfinished.length === 0, `unfinished jobs (${list.join(', ')})`);
  // What Zoom said meanwhile may have made a job that is not in the list.
  must(zoom.deliveries.length === told, 'webhooks on their way');
}

function mustBeHeard({ deliveries }: RehearsalZoom): void {
  for (const { event, state, attempts } of deliveries) {
    if (state === 'refused') throw new Error(`Zoom's ${event} was answered ${attempts.at(-1)?.status}`);
    if (state === 'lost') throw new Error(`Zoom's ${event} was never taken`);
    must(state === 'delivered', `the webhook ${event} is not delivered`);
  }
}
