import { randomUUID } from 'node:crypto';
import type { RequestHandler, Response } from 'express';

declare module 'express-serve-static-core' {
  interface Locals {
    requestId?: string;
    /** The code of the error that was answered, for the request log. */
    code?: string;
    /** The source that the token or the path named, for the request log. */
    source?: string;
  }
}

const HEADER = 'X-Request-Id';

/** What a proxy in front may say; anything else is replaced, so that it can stand in a log. */
const FORM = /^[A-Za-z0-9._-]{8,64}$/;

/** Gives each request an id, or keeps the one it came with, and answers with it. */
export const identifyRequest: RequestHandler = (request, response, next) => {
  const given = request.headers['x-request-id'];
  const requestId = typeof given === 'string' && FORM.test(given) ? given : randomUUID();
  response.locals.requestId = requestId;
  response.setHeader(HEADER, requestId);
  next();
};

export function requestIdOf(response: Response): string | undefined {
  return response.locals.requestId;
}
