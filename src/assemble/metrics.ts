import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { RequestHandler } from 'express';
import { Gauge, type Registry } from 'prom-client';
import { createApp } from '../http/app.js';
import { watchProcess } from '../metrics.js';
import { type Gauges, readGauges } from '../records/gauges.js';
import type { Core } from './core.js';
import { urlOf } from './url.js';

export interface MetricsListener {
  url: string;
  close(): Promise<void>;
}

/** Scrapes closer together than this see the same numbers of the database. */
const GAUGES_AGE_MS = 5_000;

/**
 * `/metrics` on a port of its own, and `/livez` and `/readyz` beside it until the process is gone, also for one
 * without web. Undefined when it is switched off, or when another process of ours has the port.
 */
export async function startMetrics(
  { config, log, database, measures }: Core,
  health: RequestHandler,
): Promise<MetricsListener | undefined> {
  if (config.metricsPort === 0) return undefined;
  const { registry } = measures;
  registerGauges(
    registry,
    remembered(() => readGauges(database.pool), GAUGES_AGE_MS),
  );
  const answer: RequestHandler = async (_request, response) => {
    const text = await registry.metrics();
    response.set('Cache-Control', 'no-store').type(registry.contentType).send(text);
  };
  const app = createApp({ log, machineRoutes: [['/metrics', answer]], routes: [['/', health]] });
  const server = createServer(app);
  try {
    server.listen(config.metricsPort, config.host);
    await once(server, 'listening');
  } catch (error) {
    log.warn({ err: error, code: 'METRICS_PORT_UNUSABLE' }, 'metrics not served');
    return undefined;
  }
  const stopWatching = watchProcess(registry);
  const close = async () => {
    stopWatching();
    server.close();
    server.closeAllConnections();
  };
  return { url: urlOf(config.host, (server.address() as AddressInfo).port), close };
}

type Samples = (readonly [labels: Record<string, string>, value: number])[];

/** Read when they are asked for. What cannot be read is left out: a zero would be a lie. */
function registerGauges(registry: Registry, ask: () => Promise<Gauges | null>): void {
  const gauge = (name: string, help: string, labelNames: string[], samplesOf: (gauges: Gauges) => Samples) =>
    new Gauge({
      name,
      help,
      labelNames,
      registers: [registry],
      async collect() {
        const gauges = await ask();
        this.reset();
        // Without labels, a gauge that was reset says 0.
        if (labelNames.length === 0) this.remove();
        for (const [labels, value] of gauges ? samplesOf(gauges) : []) this.set(labels, value);
      },
    });
  new Gauge({
    name: 'hostkeeper_database_up',
    help: '1 when the database answers.',
    registers: [registry],
    async collect() {
      this.set((await ask()) ? 1 : 0);
    },
  });
  gauge('hostkeeper_jobs', 'Jobs that are not ended, and those that failed.', ['state'], ({ jobs }) =>
    jobs.map(({ state, count }) => [{ state }, count]),
  );
  gauge('hostkeeper_oldest_job_seconds', 'Age of the oldest job of each state.', ['state'], ({ jobs }) =>
    jobs.map(({ state, oldestS }) => [{ state }, oldestS]),
  );
  gauge('hostkeeper_queue_age_seconds', 'How long the longest due job has been due.', [], ({ dueForS }) => [
    [{}, dueForS],
  ]);
  gauge(
    'hostkeeper_host_keys',
    'Host keys by their state; held are those active and pending.',
    ['state'],
    ({ hostKeys }) => hostKeys.map(({ state, count }) => [{ state }, count]),
  );
  gauge(
    'hostkeeper_paused',
    '1 for each reason why such calls to Zoom are paused.',
    ['call', 'code'],
    ({ pauses }) => pauses.map(({ call, code }) => [{ call, code }, 1]),
  );
}

/** Asks once for all who ask within `ageMs`. */
function remembered<T>(ask: () => Promise<T>, ageMs: number): () => Promise<T> {
  let known: { until: number; answer: Promise<T> } | undefined;
  return () => {
    if (known && known.until > performance.now()) return known.answer;
    const answer = ask();
    known = { until: performance.now() + ageMs, answer };
    answer.catch(() => (known = undefined));
    return answer;
  };
}
