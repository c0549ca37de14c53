import { setTimeout as sleep } from 'node:timers/promises';
import { startHostkeeper, withDataDir } from './hostkeeper.js';
import { createGauge, type Reading } from './gauge.js';
import { percentile, report, round } from './report.js';
import { addScimSource, atRate, createCaller, each, join } from './scim-client.js';
import { LIFTED, QUEUES, until, withZoom, type QueueKind } from './zoom.js';

const PEOPLE = 10_000;
const AT_ONCE = 16;
const RATE = 50;
const STEADY_S = 30;

/** What `serve` occupies: while 10,000 people come as fast as they can, then at a usual rate, then at rest. */
export async function benchMemory(): Promise<void> {
  for (const queue of QUEUES) await withDataDir((dataDir) => measure(queue, dataDir));
}

function measure(queue: QueueKind, dataDir: string): Promise<void> {
  return withZoom({ queue, dataDir, ...LIFTED }, async ({ zoom, env }) => {
    const token = await addScimSource('okta', env);
    const service = await startHostkeeper('serve', env);
    const call = createCaller(service.url, token);
    const gauge = createGauge(service.child.pid as number);
    const add = (mail: string) => {
      zoom.users.add({ email: mail });
      return join(call, mail);
    };
    await sleep(3_000);
    const started = gauge.take();
    const startedAt = performance.now();
    const mails = Array.from({ length: PEOPLE }, (_, number) => `person.${number}@example.com`);
    await each(mails, AT_ONCE, async (mail) => void (await add(mail)));
    const joinedS = (performance.now() - startedAt) / 1_000;
    const patched = () => zoom.log.requests.filter(({ method }) => method === 'PATCH').length;
    await until(() => patched() >= PEOPLE, 'every key', 600_000);
    const allS = (performance.now() - startedAt) / 1_000;
    const full = gauge.take();
    await sleep(STEADY_S * 1_000);
    const rest = gauge.take();
    await atRate(RATE, STEADY_S, async (number) => void (await add(`later.${number}@example.com`)));
    const usual = gauge.take();
    gauge.stop();
    call.close();
    await service.stop();
    report(`memory of serve on ${queue}, ${PEOPLE} people`, middle(rest), 'MB', {
      goal: '< 200',
      atStart: round(middle(started)),
      atFullSpeed: round(middle(full)),
      highestAtFullSpeed: round(
        percentile(
          full.map(({ rssMb }) => rssMb),
          100,
        ),
      ),
      [`at${RATE}NoticesPerSecond`]: round(middle(usual)),
      joinedPerSecond: round(PEOPLE / joinedS),
      keysPerSecond: round(PEOPLE / allS),
    });
  });
}

function middle(readings: Reading[]): number {
  return percentile(
    readings.map(({ rssMb }) => rssMb),
    50,
  );
}
