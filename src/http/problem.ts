import { STATUS_CODES } from 'node:http';
import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import type { Log } from '../log.js';
import { BodyError } from './body-error.js';
import { logFailure } from './log-failure.js';
import { requestIdOf } from './request-id.js';

export interface ProblemFields {
  readonly status: number;
  /** Stable, UPPER_CASE, explained in docs/errors.md. */
  readonly code: string;
  /** For the caller: what is wrong and what to do; never a secret, never words of ours from inside. */
  readonly detail: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** Every error outside /scim ends as one of these: RFC 9457, with our code and the request's id beside it. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor({ status, code, detail, headers = {}, cause }: ProblemFields) {
    super(detail, cause === undefined ? undefined : { cause });
    this.status = status;
    this.code = code;
    this.detail = detail;
    this.headers = headers;
  }
}

/** Turns an error of another folder into a Problem; undefined when it knows nothing of it. */
export type Explain = (error: unknown) => Problem | undefined;

/** Any error as a Problem. What nobody knows becomes a 500 that says nothing of it. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof BodyError) return new Problem({ ...pick(error), cause: error });
  const { status } = Object(error) as { status?: unknown };
  // Express marks so what it cannot read itself, such as a % in the path that begins no character.
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return new Problem({ status, code: 'BAD_REQUEST', detail: 'the request cannot be read', cause: error });
  }
  return new Problem({
    status: 500,
    code: 'UNEXPECTED',
    detail: 'something went wrong on our side; the log tells more under this requestId',
    cause: error,
  });
}

function sendProblem(response: Response, problem: Problem): void {
  const { status, code, detail, headers } = problem;
  response.locals.code = code;
  response.status(status).set(headers).set({
    'Cache-Control': 'no-store',
    'Content-Type': 'application/problem+json',
  });
  response.end(
    JSON.stringify({ title: STATUS_CODES[status], status, detail, code, requestId: requestIdOf(response) }),
  );
}

/** The last of all handlers. */
export function createProblemHandler({ log, explain }: { log: Log; explain?: Explain }): ErrorRequestHandler {
  return (error: unknown, _request, response, _next) => {
    const problem = explain?.(error) ?? toProblem(error);
    logFailure(log, problem, { requestId: requestIdOf(response), err: error });
    if (response.headersSent) response.destroy();
    else sendProblem(response, problem);
  };
}

export const refuseUnknownPath: RequestHandler = () => {
  throw new Problem({ status: 404, code: 'NOT_FOUND', detail: 'there is nothing at this address' });
};

function pick({ status, code, detail }: BodyError): Pick<BodyError, 'status' | 'code' | 'detail'> {
  return { status, code, detail };
}
