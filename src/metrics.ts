import perfHooks from 'node:perf_hooks';
import { collectDefaultMetrics, type Registry } from 'prom-client';

/**
 * Registers `process_*` and `nodejs_*`; the function given ends the watching. prom-client watches the event loop and
 * the garbage collector for as long as the process lives and hands out nothing to stop it by
 * (github.com/prometheus/client_js/issues/500), so what it starts is caught while it starts it.
 */
export function watchProcess(registry: Registry): () => void {
  const { monitorEventLoopDelay, PerformanceObserver } = perfHooks;
  const stops: (() => void)[] = [];
  const monitor: typeof monitorEventLoopDelay = (options) => {
    const delays = monitorEventLoopDelay(options);
    stops.push(() => delays.disable());
    return delays;
  };
  const Observer = new Proxy(PerformanceObserver, {
    construct(Target, [callback]: ConstructorParameters<typeof PerformanceObserver>) {
      const observer = new Target(callback);
      stops.push(() => observer.disconnect());
      return observer;
    },
  });
  Object.assign(perfHooks, { monitorEventLoopDelay: monitor, PerformanceObserver: Observer });
  try {
    collectDefaultMetrics({ register: registry });
  } finally {
    Object.assign(perfHooks, { monitorEventLoopDelay, PerformanceObserver });
  }
  return () => {
    for (const stop of stops) stop();
  };
}
