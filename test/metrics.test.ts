import perfHooks from 'node:perf_hooks';
import { expect, test } from '@jest/globals';
import { register as globalRegistry, Registry } from 'prom-client';
import { watchProcess } from '../src/metrics.js';
import { waitFor } from './harness/wait-for.js';

/** Sum over the labels of each sample's name. */
async function told(registry: Registry): Promise<Map<string, number>> {
  const sums = new Map<string, number>();
  for (const line of (await registry.metrics()).split('\n')) {
    const [, name, value] = /^(\w+)(?:\{.*\})? (\S+)$/.exec(line) ?? [];
    if (name !== undefined) sums.set(name, (sums.get(name) ?? 0) + Number(value));
  }
  return sums;
}

test('what the process uses is told under the names of Prometheus, in the registry given and nowhere else', async () => {
  const { monitorEventLoopDelay, PerformanceObserver } = perfHooks;
  const registry = new Registry();
  const stop = watchProcess(registry);
  try {
    const values = await told(registry);
    for (const name of [
      'process_cpu_seconds_total',
      'process_resident_memory_bytes',
      'process_start_time_seconds',
      'nodejs_heap_size_used_bytes',
      'nodejs_external_memory_bytes',
      'nodejs_active_resources_total',
    ])
      expect([name, values.get(name)]).toEqual([name, expect.any(Number)]);
    expect(values.get('process_resident_memory_bytes')).toBeGreaterThan(1e6);
    expect(globalRegistry.getMetricsAsArray()).toEqual([]);
    expect({ ...perfHooks }).toMatchObject({ monitorEventLoopDelay, PerformanceObserver });
  } finally {
    stop();
  }
});

test('a watch that was stopped observes nothing any more, while another goes on', async () => {
  const [stopped, watched] = [new Registry(), new Registry()];
  watchProcess(stopped)();
  // The first question empties what was observed until then.
  const before = await told(stopped);
  const stop = watchProcess(watched);
  try {
    await waitFor('garbage to be collected and delays to be measured', async () => {
      JSON.parse(JSON.stringify(Array.from({ length: 50_000 }, String)));
      const values = await told(watched);
      return Number(values.get('nodejs_gc_duration_seconds_count')) > 0 && delayed(values);
    });
    const after = await told(stopped);
    expect(after.get('nodejs_gc_duration_seconds_count')).toBe(
      before.get('nodejs_gc_duration_seconds_count'),
    );
    expect(delayed(after)).toBe(false);
  } finally {
    stop();
  }
});

const delayed = (values: Map<string, number>) => Number(values.get('nodejs_eventloop_lag_mean_seconds')) > 0;
