import { waitFor } from '../harness/wait-for.js';
import { createMember, type Member } from './member.js';
import { DURATIONS } from './settings.js';
import type { Stage } from './stage.js';

const MANY = 60;
const LIMIT = 10;
const UNDONE = 20;
const HOUR_MS = 600_000;
const PATIENCE_MS = 180_000;

export interface Braked {
  /** People of whom a source said at once that they are gone, the clears it took to brake them, and what went wrong. */
  gone: number;
  cleared: number;
  wrong: string[];
}

/**
 * A source says that 60 people are gone at once, with the brake at 10. The rest of them keep their keys; some come back
 * and have lost nothing, the others are released. Adds them to the cast.
 */
export async function pullTheBrake(stage: Stage, cast: Member[]): Promise<Braked> {
  const { core, crew, env, zoom, operations } = stage;
  const crowd = Array.from({ length: MANY }, (_, index) => createMember(cast.length + index));
  cast.push(...crowd);
  for (const { mail } of crowd) if (!zoom.users.find(mail)) zoom.users.add({ email: mail });
  for (const member of crowd) member.inZoom = 'active';
  await crew.become({
    env: { ...env, BRAKE_MINIMUM: String(LIMIT) },
    durations: { ...DURATIONS, hourMs: HOUR_MS },
  });
  await say(stage, crowd, 'join');
  await waitFor('everybody to have a key', async () => (await unfinished(stage)) === 0, PATIENCE_MS);
  const ids = new Set(crowd.map(({ mail }) => zoom.users.known(mail).id));
  const writtenSince = (index: number) =>
    new Set(zoom.log.requests.slice(index).flatMap(({ userId = '' }) => (ids.has(userId) ? [userId] : [])));
  const before = zoom.log.requests.length;

  await say(stage, crowd, 'leave');
  const braked = () => core.database.prisma.job.count({ where: { state: 'braked' } });
  await waitFor(
    'all others to be done',
    async () => (await unfinished(stage)) === (await braked()),
    PATIENCE_MS,
  );
  const written = writtenSince(before);
  const wrong: string[] = [];
  // What is left to be done about others may come first, and is braked too.
  const held = await braked();
  if (written.size > LIMIT) wrong.push(`${written.size} people cleared before the brake, not ${LIMIT}`);
  if (held < MANY - LIMIT) wrong.push(`${held} jobs braked, not ${MANY - LIMIT}`);

  const kept = crowd.filter(({ mail }) => !written.has(zoom.users.known(mail).id));
  const back = kept.slice(0, UNDONE);
  await say(stage, back, 'return');
  await waitFor(
    'those who are back to be unbraked',
    async () => (await braked()) <= held - UNDONE,
    PATIENCE_MS,
  );
  await operations.jobs.release('chaos', { all: true });
  await waitFor('the others to be cleared', async () => (await unfinished(stage)) === 0, PATIENCE_MS);
  const rewritten = writtenSince(before);
  const lost = back.filter(({ mail }) => rewritten.has(zoom.users.known(mail).id));
  return {
    gone: MANY,
    cleared: written.size,
    wrong: [...wrong, ...lost.map(({ mail }) => `${mail}: braked and back, and still cleared`)],
  };
}

async function say(
  { directories }: Stage,
  members: Member[],
  what: 'join' | 'leave' | 'return',
): Promise<void> {
  const tellings = members.map((member) => {
    member.okta = what === 'leave' ? 'gone' : 'active';
    if (what !== 'leave') member.causes++;
    return directories.okta.tell({ what, who: member.number, by: 'okta', mail: member.mail, twice: false });
  });
  await Promise.all(tellings);
}

function unfinished({ core }: Stage): Promise<number> {
  return core.database.prisma.job.count({ where: { finishedAt: null, state: { not: 'waiting' } } });
}
