import express, { type Express, type RequestHandler } from 'express';
import helmet from 'helmet';
import type { Log } from '../log.js';
import { createProblemHandler, type Explain, refuseUnknownPath } from './problem.js';
import { identifyRequest } from './request-id.js';
import { createRequestLog } from './request-log.js';

export interface AppParts {
  readonly log: Log;
  /**
   * Mounted in this order, each below its path. For machines only: no browser looks at what they answer, so they go
   * without the headers for one.
   */
  readonly machineRoutes?: readonly (readonly [path: string, handler: RequestHandler])[];
  readonly routes: readonly (readonly [path: string, handler: RequestHandler])[];
  /** What the errors of other folders mean to a caller: a database that is down is a 503 with Retry-After. */
  readonly explain?: Explain;
  /** Whose X-Forwarded-* headers are believed. */
  readonly trustProxy?: readonly string[];
}

/** The frame around every door: request id, log line, safe headers, and a Problem for whatever goes wrong. */
export function createApp(parts: AppParts): Express {
  const { log, machineRoutes = [], routes, explain, trustProxy = ['loopback'] } = parts;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('trust proxy', trustProxy);
  app.set('query parser', 'simple');
  app.use(identifyRequest, createRequestLog({ log }));
  for (const [path, handler] of machineRoutes) app.use(path, handler);
  app.use(createSafeHeaders());
  for (const [path, handler] of routes) app.use(path, handler);
  app.use(refuseUnknownPath, createProblemHandler(explain ? { log, explain } : { log }));
  return app;
}

/** Own pages, own scripts and styles, nothing inline, nobody's frame. */
function createSafeHeaders(): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        objectSrc: ["'none'"],
      },
    },
    frameguard: { action: 'deny' },
  });
}
