import { expect } from '@jest/globals';
import { openOperations } from '../../src/assemble/admin.js';
import { serve } from '../../src/assemble/serve.js';
import { readConfig } from '../../src/config.js';
import { createLog } from '../../src/log.js';
import { startRehearsalZoom, type RehearsalZoom } from '../../src/rehearsal/zoom.js';
import { expectAtRest } from '../harness/at-rest.js';
import { createTestDatabase } from '../harness/database.js';
import { ask } from '../harness/scim.js';
import { environment } from '../harness/service.js';

/** The whole service with one directory that provisions it over SCIM, and a Zoom; an hour is a minute. */
export interface Company {
  zoom: RehearsalZoom;
  scim(method: string, path: string, body?: unknown): ReturnType<typeof ask>;
  lookUp(email: string): ReturnType<typeof ask>;
  /** What look-up answers once everything is done: the key that Zoom has, or why there is none. */
  keyAtRest(email: string): Promise<string>;
  close(): Promise<void>;
}

/** @param directory what its source is added with, beside name and kind */
export async function openCompany(directory: { entitledGroups?: string[] } = {}): Promise<Company> {
  const closing: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const closeOne of closing.splice(0).reverse()) await closeOne();
  };
  try {
    return { ...(await openParts(directory, closing)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openParts(
  directory: object,
  closing: (() => Promise<unknown>)[],
): Promise<Omit<Company, 'close'>> {
  const database = await createTestDatabase();
  closing.push(() => database.drop());
  const zoom = await startRehearsalZoom({ plan: 'business', clockSpeed: 60 });
  closing.push(() => zoom.close());
  const env = { PORT: '0', METRICS_PORT: '0', CLOCK_SPEED: '60' };
  const config = readConfig(environment(database.url, zoom, env));
  const log = createLog({ level: 'silent' });
  const parts = { web: true, worker: true };
  const serving = await serve({ config, log, parts, acceptKeyLoss: false, onStuck: () => undefined });
  closing.push(() => serving.stop());
  // A slow machine still gets its answers in time.
  Object.assign(serving.core.durations, { leaseMs: 6_000, zoomTimeoutMs: 4_000 });
  const url = serving.url!;
  const { sources, tokens } = openOperations(serving.core, url);
  const source = await sources.add('test', { name: 'directory', kind: 'scim', ...directory });
  const admin = await tokens.create('test', { name: 'root', scopes: ['keys:read'] });
  const lookUp = (email: string) => ask(url, 'POST', '/api/host-keys/lookup', admin.token, { email });
  return {
    zoom,
    scim: (method, path, body) => ask(url, method, `/scim/v2${path}`, source.token!, body),
    lookUp,
    async keyAtRest(email) {
      await serving.core.memberships.settled();
      await expectAtRest({ core: serving.core, zoom });
      const { body } = await lookUp(email);
      if (body.hostKey) expect(body.hostKey).toBe(zoom.users.hostKeyOf(email));
      return body.hostKey ?? body.code;
    },
  };
}
