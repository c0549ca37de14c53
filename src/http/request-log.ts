import type { RequestHandler } from 'express';
import type { Log } from '../log.js';
import { requestIdOf } from './request-id.js';

const MAX_PATH_LENGTH = 200;
const PROBES = new Set(['/livez', '/readyz', '/metrics']);

/** One line a request, when it is over: never its query, headers or body. */
export function createRequestLog({ log }: { log: Log }): RequestHandler {
  return (request, response, next) => {
    const startedAt = performance.now();
    response.once('close', () => {
      const path = pathOf(request.originalUrl);
      const level = PROBES.has(path) && response.statusCode < 400 ? 'debug' : 'info';
      if (!log.isLevelEnabled(level)) return;
      const { code, source } = response.locals;
      const fields = {
        requestId: requestIdOf(response),
        method: request.method,
        path,
        status: response.headersSent ? response.statusCode : undefined,
        outcome: response.writableFinished ? undefined : 'aborted',
        code,
        source,
        durationMs: Math.round((performance.now() - startedAt) * 10) / 10,
      };
      log[level](fields, 'request answered');
    });
    next();
  };
}

function pathOf(url: string): string {
  const query = url.indexOf('?');
  const path = query < 0 ? url : url.slice(0, query);
  const shown = isPrivate(path) ? path.split('/').map((part) => (isPrivate(part) ? '…' : part)) : [path];
  return shown.join('/').slice(0, MAX_PATH_LENGTH);
}

/** A mail address, or one of our tokens or secrets pasted into the path: neither belongs in a log. */
function isPrivate(text: string): boolean {
  return text.includes('@') || text.includes('%40') || /hks?_/.test(text);
}
