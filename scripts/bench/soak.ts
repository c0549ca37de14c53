import { randomInt } from 'node:crypto';
import { startHostkeeper, withDataDir } from './hostkeeper.js';
import { createGauge, slope, type Reading } from './gauge.js';
import { percentile, report, round } from './report.js';
import {
  addLookUpToken,
  addScimSource,
  atRate,
  createCaller,
  each,
  insist,
  join,
  type Call,
} from './scim-client.js';
import { LIFTED, withZoom } from './zoom.js';

const RATE = 50;
const MINUTES = 20;
const AT_FIRST = 500;
/** Few, so that they are all there from the start, and what is opened besides is seen. */
const CONNECTIONS = 16;
/** Until then caches fill and code is compiled; of a shorter run a quarter. */
const WARM_MINUTES = 5;

/**
 * Every second ten people who join and forty changes of those who are there, each fifth of which also asks for
 * the person's key: memory and handles must not rise with time.
 */
export async function benchSoak(minutes = MINUTES): Promise<void> {
  await withDataDir((dataDir) =>
    withZoom({ queue: 'postgres', dataDir, ...LIFTED }, async ({ zoom, env }) => {
      const token = await addScimSource('okta', env);
      const lookUpToken = await addLookUpToken(env);
      const service = await startHostkeeper('serve', env);
      const gauge = createGauge(service.child.pid as number);
      const calls = {
        scim: createCaller(service.url, token, CONNECTIONS),
        api: createCaller(service.url, lookUpToken, CONNECTIONS),
      };
      const people: Joined[] = [];
      const add = async (mail: string) => {
        zoom.users.add({ email: mail });
        people.push({ id: await join(calls.scim, mail), mail });
      };
      const mails = Array.from({ length: AT_FIRST }, (_, number) => `first.${number}@example.com`);
      await each(mails, 16, add);
      gauge.restart();
      await atRate(RATE, minutes * 60, async (number) => {
        if (number % 5 === 0) await add(`person.${number}@example.com`);
        else await change(calls, people, number);
      });
      gauge.stop();
      for (const call of Object.values(calls)) call.close();
      await service.stop();
      reportFlatness(gauge.readings, minutes, people.length);
    }),
  );
}

interface Joined {
  id: string;
  mail: string;
}

async function change(calls: Record<'scim' | 'api', Call>, people: Joined[], number: number): Promise<void> {
  const { id, mail } = people[randomInt(people.length)] as Joined;
  const body = {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
    Operations: [{ op: 'replace', path: 'displayName', value: `Person ${number}` }],
  };
  await insist(() => calls.scim('PATCH', `/scim/v2/Users/${id}`, body));
  if (number % 5 === 1) await calls.api('POST', '/api/host-keys/lookup', { email: mail });
}

function reportFlatness(readings: Reading[], minutes: number, people: number): void {
  const warm = Math.min(WARM_MINUTES, minutes / 4);
  const later = readings.filter(({ minute }) => minute >= warm);
  const rss = later.map(({ rssMb }) => rssMb);
  const handles = later.map((one) => one.handles);
  const more = { minutes, fromMinute: warm, rate: RATE, people };
  report(
    'soak: memory',
    slope(later, ({ rssMb }) => rssMb),
    'MB/minute',
    {
      goal: 'flat',
      ...spread(rss),
      ...more,
    },
  );
  report(
    'soak: handles',
    slope(later, (one) => one.handles),
    'handles/minute',
    {
      goal: 'flat',
      ...spread(handles),
      ...more,
    },
  );
}

/** The middle of the first and of the last tenth say whether a slope is one, or the noise of garbage collection. */
function spread(values: number[]) {
  const tenth = Math.ceil(values.length / 10);
  return {
    lowest: round(percentile(values, 0)),
    highest: round(percentile(values, 100)),
    first: round(percentile(values.slice(0, tenth), 50)),
    last: round(percentile(values.slice(-tenth), 50)),
  };
}
