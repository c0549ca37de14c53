import { ask, type Reply } from './ask.js';

/** What the story reads of a job in the lists of `/api`. */
export interface Job {
  id: string;
  action: string;
  state: string;
  code: string | null;
  finishedAt: string | null;
}

export type Shown = { hostKey: string; settling: boolean } | { refused: string };

/** The service as an operator's script and a portal see it. */
export interface Hostkeeper {
  /** The newest first. */
  jobs(): Promise<Job[]>;
  lookUp(email: string): Promise<Shown>;
  rerun(jobId: string): Promise<void>;
}

export interface HostkeeperAccess {
  url: string;
  /** Scopes `jobs:read` and `jobs:write`. */
  adminToken: string;
  /** Scope `keys:read`. */
  lookupToken: string;
}

/** More than the story ever makes. */
const MOST_JOBS = 500;

export function createHostkeeper({ url, adminToken, lookupToken }: HostkeeperAccess): Hostkeeper {
  async function call(token: string, method: string, path: string, body?: unknown): Promise<Reply> {
    const headers = { Authorization: `Bearer ${token}`, Accept: 'application/json' };
    if (body === undefined) return ask({ method, url: `${url}/api${path}`, headers });
    const typed = { ...headers, 'Content-Type': 'application/json' };
    return ask({ method, url: `${url}/api${path}`, headers: typed, body: JSON.stringify(body) });
  }

  return {
    async jobs() {
      const path = `/jobs?limit=${MOST_JOBS}`;
      const reply = await call(adminToken, 'GET', path);
      return (expect200(reply, `GET /api${path}`) as { jobs: Job[] }).jobs;
    },
    async lookUp(email) {
      const reply = await call(lookupToken, 'POST', '/host-keys/lookup', { email });
      const code = codeOf(reply);
      if ([404, 409, 410].includes(reply.status) && code !== undefined) return { refused: code };
      return expect200(reply, 'POST /api/host-keys/lookup') as Shown;
    },
    async rerun(jobId) {
      expect200(await call(adminToken, 'POST', `/jobs/${jobId}/rerun`), 'POST /api/jobs/<id>/rerun');
    },
  };
}

/** The `code` of a problem (RFC 9457). */
function codeOf({ json }: Reply): string | undefined {
  const code = (json as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}

function expect200(reply: Reply, what: string): unknown {
  if (reply.status === 200) return reply.json;
  throw new Error(`${what} was answered ${reply.status} ${codeOf(reply) ?? ''}`.trimEnd());
}
