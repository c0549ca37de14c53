import { describe, expect, test } from '@jest/globals';
import { createApp } from '../../src/http/app.js';
import { createHealth, type Health } from '../../src/http/health.js';
import { createLog } from '../../src/log.js';
import { serving } from './serving.js';

type Ask = (path?: string) => Promise<[status: number, body: unknown]>;

/** The lines of health alone; those of the requests are left out. */
async function withHealth(parts: Partial<Health>, work: (ask: Ask) => Promise<void>): Promise<unknown[]> {
  let written = '';
  const log = createLog({ level: 'info', destination: { write: (line) => void (written += line) } });
  const health = createHealth({ checks: [], isDraining: () => false, log, ...parts });
  const app = createApp({ log: createLog({ level: 'silent' }), routes: [['/', health]] });
  await serving(app, (url) =>
    work(async (path = '/readyz') => {
      const response = await fetch(url + path);
      expect(response.headers.get('cache-control')).toBe('no-store');
      return [response.status, await response.json()];
    }),
  );
  return written
    .split('\n')
    .filter(Boolean)
    .map((line) => (JSON.parse(line) as { msg: string }).msg);
}

const well = { name: 'queue', check: async () => undefined };
const ill = { name: 'database', check: () => Promise.reject(new Error('password s3cret refused')) };

test('a process that answers is alive, whatever its checks say', async () => {
  await withHealth({ checks: [ill], isDraining: () => true }, async (ask) => {
    expect(await ask('/livez')).toEqual([200, { status: 'alive' }]);
  });
});

describe('readiness', () => {
  test('is given when every check passes', async () => {
    await withHealth({ checks: [well] }, async (ask) =>
      expect(await ask()).toEqual([200, { status: 'ready' }]),
    );
  });

  test('names the failing checks and not their reasons, also of checks that throw at once', async () => {
    const broken = {
      name: 'zoom',
      check: () => {
        throw new Error('at once');
      },
    };
    await withHealth({ checks: [well, ill, broken] }, async (ask) => {
      expect(await ask()).toEqual([
        503,
        { status: 'failing', code: 'NOT_READY', failing: ['database', 'zoom'] },
      ]);
    });
  });

  test('stays 200 and says degraded while only what may fail does', async () => {
    await withHealth({ checks: [well, { ...ill, mayFail: true }] }, async (ask) => {
      expect(await ask()).toEqual([200, { status: 'degraded', failing: ['database'] }]);
    });
  });

  test('does not wait for a check that hangs', async () => {
    const hanging = { name: 'queue', check: () => new Promise(() => undefined) };
    await withHealth({ checks: [hanging], timeoutMs: 20 }, async (ask) => {
      expect(await ask()).toEqual([503, { status: 'failing', code: 'NOT_READY', failing: ['queue'] }]);
    });
  });

  test('ends the moment we drain, without asking the checks', async () => {
    let draining = false;
    let asked = 0;
    const counting = { name: 'queue', check: async () => asked++ };
    await withHealth({ checks: [counting], isDraining: () => draining }, async (ask) => {
      expect(await ask()).toEqual([200, { status: 'ready' }]);
      draining = true;
      expect(await ask()).toEqual([503, { status: 'draining', code: 'DRAINING' }]);
    });
    expect(asked).toBe(1);
  });

  test('asked for by many at once runs the checks once', async () => {
    const callers = 20;
    let [arrived, asked] = [0, 0];
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    const slow = { name: 'database', check: () => ((asked += 1), released) };
    const isDraining = (): boolean => {
      if (++arrived === callers) setImmediate(release);
      return false;
    };
    await withHealth({ checks: [slow], isDraining }, async (ask) => {
      const answers = await Promise.all(Array.from({ length: callers }, () => ask()));
      expect(answers.every(([status]) => status === 200)).toBe(true);
    });
    expect(asked).toBe(1);
  });

  test('is logged when it is lost, changes its reason or comes back, not at every probe', async () => {
    const failing = new Set<string>();
    const check = (name: string) => ({
      name,
      check: () => (failing.has(name) ? Promise.reject(new Error('s3cret')) : Promise.resolve()),
    });
    const lines = await withHealth({ checks: [check('database'), check('queue')] }, async (ask) => {
      await ask();
      failing.add('database');
      await ask();
      await ask();
      failing.add('queue');
      await ask();
      failing.clear();
      await ask();
      await ask();
    });
    expect(lines).toEqual(['readiness lost', 'readiness lost', 'readiness regained']);
  });
});
