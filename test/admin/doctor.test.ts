import { describe, expect, test } from '@jest/globals';
import { diagnose, type DoctorParts } from '../../src/admin/doctor.js';

const well: DoctorParts = {
  config: () => undefined,
  database: async () => ({ clockSkewMs: 12 }),
  queue: async () => 3,
  keys: async () => 0,
  credentials: async () => [],
  zoom: async () => ({ missingScopes: [], clockSkewMs: -400 }),
};

async function findings(parts: Partial<DoctorParts> = {}, patienceMs?: number) {
  const found = await diagnose({ ...well, ...parts }, patienceMs);
  return Object.fromEntries(found.map(({ check, state, code, detail }) => [check, [state, code, detail]]));
}

const broken = (code: string) => () => Promise.reject(Object.assign(new Error('it is broken'), { code }));

describe('the doctor', () => {
  test('finds everything well when it is', async () => {
    const found = await findings();
    const checks = ['config', 'database', 'queue', 'keys', 'credentials', 'zoom', 'scopes', 'clock'];
    expect(Object.keys(found)).toEqual(checks);
    expect(Object.values(found).map(([state]) => state)).toEqual(checks.map(() => 'ok'));
  });

  test('looks at everything, whatever is broken, and gives each its code', async () => {
    const found = await findings({
      config: () => {
        throw Object.assign(new Error('PORT: must be a number'), { code: 'CONFIG_INVALID' });
      },
      database: broken('STORE_UNAVAILABLE'),
      queue: broken('ECONNREFUSED'),
      zoom: broken('ZOOM_CREDENTIALS_REFUSED'),
    });
    expect(found).toEqual({
      config: ['failed', 'CONFIG_INVALID', 'PORT: must be a number'],
      database: ['failed', 'STORE_UNAVAILABLE', 'it is broken'],
      queue: ['failed', 'ECONNREFUSED', 'it is broken'],
      keys: ['ok', null, 'every sealed host key can be opened'],
      credentials: ['ok', null, 'every SCIM source has a credential for 30 days more'],
      zoom: ['failed', 'ZOOM_CREDENTIALS_REFUSED', 'it is broken'],
      scopes: ['unknown', null, 'Zoom was not reached'],
      clock: ['unknown', null, 'nobody told us the time'],
    });
  });

  test('finds keys that no longer open, since serve would not start', async () => {
    const found = await findings({ keys: async () => 2 });
    expect(found['keys']?.slice(0, 2)).toEqual(['failed', 'KEY_UNREADABLE']);
  });

  test('warns of a source whose last credential ends within 30 days, and fails within 7 or without any', async () => {
    const soon = { source: 'okta', until: new Date('2026-12-20T10:00:00Z'), isUrgent: false };
    const none = { source: 'entra', until: null, isUrgent: true };
    const say = 'okta: the last credential ends on 2026-12-20';
    expect((await findings({ credentials: async () => [soon] }))['credentials']).toEqual([
      'warning',
      'CREDENTIAL_EXPIRES',
      say,
    ]);
    expect((await findings({ credentials: async () => [soon, none] }))['credentials']).toEqual([
      'failed',
      'CREDENTIAL_EXPIRES',
      `${say}, entra: no credential`,
    ]);
  });

  test('names the scopes that are missing, and says when nobody tells them', async () => {
    const lacking = await findings({
      zoom: async () => ({ missingScopes: ['user:update:user:admin'], clockSkewMs: null }),
    });
    expect(lacking['scopes']).toEqual([
      'failed',
      'ZOOM_SCOPE_MISSING',
      'add these scopes to the Zoom app: user:update:user:admin',
    ]);
    const fixed = await findings({ zoom: async () => ({ missingScopes: null, clockSkewMs: null }) });
    expect(fixed['scopes']?.[0]).toBe('unknown');
  });

  test('finds a clock that is more than a minute off, whoever tells', async () => {
    const ahead = await findings({ database: async () => ({ clockSkewMs: 61_000 }) });
    expect(ahead['clock']).toEqual([
      'failed',
      'CLOCK_SKEWED',
      'PostgreSQL is 61 s ahead of our clock, Zoom is within a second of our clock',
    ]);
    const behind = await findings({ zoom: async () => ({ missingScopes: [], clockSkewMs: -61_000 }) });
    expect(behind['clock']?.[2]).toContain('Zoom is 61 s behind our clock');
  });

  test('waits for nobody for ever', async () => {
    const found = await findings({ queue: () => new Promise(() => undefined) }, 20);
    expect(found['queue']).toEqual(['failed', 'NO_ANSWER', 'no answer within 0.02 s']);
  });
});
