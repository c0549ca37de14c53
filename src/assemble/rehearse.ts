import { join } from 'node:path';
import { createLog } from '../log.js';
import { readConfig } from '../config.js';
import { removeEmbedded } from '../records/embedded/remove.js';
import { nextSteps, playStory } from '../rehearsal/story.js';
import { startRehearsalZoom, type RehearsalZoom } from '../rehearsal/zoom.js';
import { openOperations } from './admin.js';
import { serve, type Serving } from './serve.js';

/** Minutes pass in seconds, so that a retry can be watched. */
const CLOCK_SPEED = 10;

export interface RehearseOptions {
  env: Record<string, string | undefined>;
  /** End after the story. */
  exit: boolean;
  colour: boolean;
  print: (line: string) => void;
  /** Resolves when somebody wants us to end. */
  stopped: () => Promise<void>;
}

/**
 * The service on its embedded PostgreSQL, against a rehearsal Zoom, in a folder of its own that is made anew: what
 * is real is never touched.
 *
 * @returns the exit code: 1 when a check failed
 */
export async function rehearse({ env, exit, colour, print, stopped }: RehearseOptions): Promise<number> {
  const end = stopped();
  const zoom = await startRehearsalZoom({ plan: 'business', clockSpeed: CLOCK_SPEED });
  const config = readConfig(rehearsalEnv(env, zoom));
  await removeEmbedded(config.dataDir);
  const log = createLog({ level: config.logLevel });
  const serving = await serve({
    config,
    log,
    parts: { web: true, worker: true },
    acceptKeyLoss: false,
    onStuck: () => undefined,
  });
  try {
    const service = await connect(serving, zoom);
    const story = playStory({ service, zoom, print, colour, clockSpeed: CLOCK_SPEED });
    const played = await Promise.race([story, end]);
    if (!played) return 1;
    const { ok } = played;
    if (!exit) {
      print(nextSteps(service));
      await end;
    }
    return ok ? 0 : 1;
  } finally {
    await serving.stop();
    await zoom.close();
  }
}

function rehearsalEnv(env: RehearseOptions['env'], zoom: RehearsalZoom): Record<string, string> {
  const { accountId, clientId, clientSecret } = zoom.settings;
  const dataDir = join(env['DATA_DIR'] ?? '.hostkeeper', 'rehearsal');
  return {
    DATA_DIR: dataDir,
    PORT: env['PORT'] ?? '8080',
    LOG_LEVEL: env['LOG_LEVEL'] ?? 'fatal',
    CLOCK_SPEED: String(CLOCK_SPEED),
    ZOOM_API_URL: zoom.apiUrl,
    ZOOM_TOKEN_URL: zoom.tokenUrl,
    ZOOM_ACCOUNT_ID: accountId,
    ZOOM_CLIENT_ID: clientId,
    ZOOM_CLIENT_SECRET: clientSecret,
    ZOOM_PLAN: 'business',
  };
}

/** Connects the sources of the story, as an admin would on the command line. */
async function connect({ core, url = '' }: Serving, zoom: RehearsalZoom) {
  const { sources, tokens } = openOperations(core, url);
  const by = 'cli:rehearsal';
  const okta = await sources.add(by, { name: 'okta', kind: 'scim' });
  const entra = await sources.add(by, { name: 'entra', kind: 'scim' });
  const { secret } = await sources.add(by, { name: 'zoom', kind: 'zoom' });
  const admin = await tokens.create(by, { name: 'admin', scopes: ['admin', 'jobs:read', 'jobs:write'] });
  const lookup = await tokens.create(by, { name: 'rooms', scopes: ['keys:read'] });
  zoom.setWebhook({ url: `${url}/webhooks/zoom`, secret: secret as string });
  return {
    url,
    oktaToken: okta.token as string,
    entraToken: entra.token as string,
    adminToken: admin.token,
    lookupToken: lookup.token,
  };
}
