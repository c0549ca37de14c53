import { must, NotYet } from './eventually.js';
import type { Job } from './hostkeeper.js';
import { mustBeAtRest, type Ending, type Seen } from './stage.js';
import { masked } from './table.js';

/** They have a key that nobody has seen before, and it is Zoom's. */
export const getsKey: Ending = async (seen) => {
  await mustBeAtRest(seen.stage);
  const hostKey = await sharedKey(seen);
  const { keys } = seen.who;
  must(!keys.includes(hostKey), 'look-up shows a key of old');
  const text = `${keys.length === 0 ? 'a key' : 'a new key'} ${masked(hostKey)}`;
  keys.push(hostKey);
  return { text, tone: 'good' };
};

export const keepsKey: Ending = async (seen) => {
  await mustBeAtRest(seen.stage);
  must((await sharedKey(seen)) === seen.who.keys.at(-1), 'look-up shows another key');
  mustNotHaveWritten(seen);
  return { text: 'the key stays', tone: 'quiet' };
};

/** Look-up refuses, and none of their keys opens a meeting any more. */
export const losesKey: Ending = async (seen) => {
  await mustBeAtRest(seen.stage);
  const refused = await refusal(seen);
  must(writes(seen).length > 0, 'nothing was written in Zoom');
  return { text: `no key (look-up: ${refused})`, tone: 'good' };
};

export const staysWithout: Ending = async (seen) => {
  await mustBeAtRest(seen.stage);
  const refused = await refusal(seen);
  mustNotHaveWritten(seen);
  return { text: `still none (look-up: ${refused})`, tone: 'quiet' };
};

export const waitsForZoom: Ending = async (seen) => {
  const job = await newestJob(seen, 'waiting');
  return { text: `waits: ${job.code}`, tone: 'pending' };
};

export const isRetried: Ending = async (seen) => {
  const job = await newestJob(seen, 'retrying');
  return { text: `retries: ${job.code}`, tone: 'pending' };
};

/** With exactly this code. */
export function failsWith(code: string): Ending {
  return async (seen) => {
    const job = await newestJob(seen, 'failed');
    must(job.code === code, `the job failed with ${job.code} instead of ${code}`);
    return { text: `failed: ${code}`, tone: 'bad' };
  };
}

export async function newestJob({ stage }: Pick<Seen, 'stage'>, state: string): Promise<Job> {
  const [job] = await stage.keeper.jobs();
  must(job !== undefined, 'there is no job');
  must(job.state === state, `the job is ${job.state} instead of ${state}`);
  return job;
}

/** What look-up shows, once it is also what Zoom has. */
export async function sharedKey({ stage, who }: Pick<Seen, 'stage' | 'who'>): Promise<string> {
  const shown = await stage.keeper.lookUp(who.mail);
  if ('refused' in shown) throw new NotYet(`look-up refuses with ${shown.refused}`);
  must(!shown.settling, 'look-up says that the key is settling');
  must(
    shown.hostKey === stage.zoom.users.hostKeyOf(who.zoomMail),
    'the key that look-up shows is not in Zoom',
  );
  return shown.hostKey;
}

/** Why look-up refuses, once Zoom has none of their keys either. */
export async function refusal({ stage, who }: Pick<Seen, 'stage' | 'who'>): Promise<string> {
  const shown = await stage.keeper.lookUp(who.mail);
  must('refused' in shown, 'look-up still shows a key');
  const inZoom = stage.zoom.users.hostKeyOf(who.zoomMail);
  must(inZoom === undefined || !who.keys.includes(inZoom), 'Zoom still has a key of theirs');
  return shown.refused;
}

function writes({ calls }: Seen): Seen['calls'] {
  return calls.filter((call) => call.method === 'PATCH');
}

function mustNotHaveWritten(seen: Seen): void {
  must(writes(seen).length === 0, 'something was written in Zoom');
}
