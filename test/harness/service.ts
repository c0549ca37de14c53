import { openCore, type Core } from '../../src/assemble/core.js';
import { startWork } from '../../src/assemble/work.js';
import { openZoom } from '../../src/assemble/zoom.js';
import { readConfig } from '../../src/config.js';
import { createLog } from '../../src/log.js';
import { startRehearsalZoom, type RehearsalZoom } from '../../src/rehearsal/zoom.js';
import { createTestDatabase } from './database.js';

const KEYS = `test:${Buffer.alloc(32, 7).toString('base64')}`;

export interface TestCore {
  core: Core;
  zoom: RehearsalZoom;
  /** Everything logged so far. */
  logged(): string;
  close(): Promise<void>;
}

/** The service's inside on its own database, with a worker and a rehearsal Zoom of its own. */
export async function startCore(env: Record<string, string> = {}): Promise<TestCore> {
  const database = await createTestDatabase();
  const zoom = await startRehearsalZoom({ plan: 'business' });
  const lines: string[] = [];
  const log = createLog({ level: 'debug', destination: { write: (line) => void lines.push(line) } });
  const config = readConfig({
    DATABASE_URL: database.url,
    ENCRYPTION_KEYS: KEYS,
    ZOOM_API_URL: zoom.apiUrl,
    ZOOM_TOKEN_URL: zoom.tokenUrl,
    ZOOM_ACCOUNT_ID: zoom.settings.accountId,
    ZOOM_CLIENT_ID: zoom.settings.clientId,
    ZOOM_CLIENT_SECRET: zoom.settings.clientSecret,
    ZOOM_PLAN: 'business',
    ZOOM_RATE_SHARE: '1',
    ...env,
  });
  const core = await openCore({ config, log });
  const calls = openZoom(core);
  const workers = startWork(core, calls, () => undefined);
  return {
    core,
    zoom,
    logged: () => lines.join(''),
    async close() {
      await workers.drain();
      calls.close();
      await core.close();
      await zoom.close();
      await database.drop();
    },
  };
}
