import { openOperations } from '../../src/assemble/admin.js';
import { serve, type Serving } from '../../src/assemble/serve.js';
import { readConfig } from '../../src/config.js';
import { createLog, type Log } from '../../src/log.js';
import type { RehearsalZoom } from '../../src/rehearsal/zoom.js';
import { freePort } from '../harness/free-port.js';
import { environment } from '../harness/service.js';

export interface Served {
  serving: Serving;
  log: Log;
  logged(): string;
  /** At the port for metrics. */
  watchUrl: string;
}

/** A process's inside with its listeners, on ports of its own. */
export async function startServing(
  databaseUrl: string,
  zoom: RehearsalZoom,
  env: Record<string, string> = {},
  parts = { web: true, worker: true },
): Promise<Served> {
  const metricsPort = env['METRICS_PORT'] ?? String(await freePort());
  let logged = '';
  const log = createLog({ level: 'info', destination: { write: (line) => void (logged += line) } });
  const config = readConfig(environment(databaseUrl, zoom, { PORT: '0', ...env, METRICS_PORT: metricsPort }));
  const serving = await serve({ config, log, parts, acceptKeyLoss: false, onStuck: () => undefined });
  return { serving, log, logged: () => logged, watchUrl: `http://127.0.0.1:${metricsPort}` };
}

/** Connects a SCIM source; the function given tells it of a joiner, and gives the status of the answer. */
export async function connectScim({ core, url = '' }: Serving): Promise<(mail: string) => Promise<number>> {
  const { token } = await openOperations(core, url).sources.add('test', { name: 'okta', kind: 'scim' });
  return async (mail) => {
    const body = {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
      userName: mail,
      emails: [{ value: mail, primary: true }],
      active: true,
    };
    const answer = await fetch(`${url}/scim/v2/Users`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' },
      body: JSON.stringify(body),
    });
    await answer.body?.cancel();
    return answer.status;
  };
}

export async function readyOf(url: string): Promise<[status: number, body: unknown]> {
  const answer = await fetch(`${url}/readyz`);
  return [answer.status, await answer.json()];
}
