import type { ServerResponse } from 'node:http';

export interface Answer {
  status: number;
  headers?: Record<string, string>;
  /** Text and bytes go out as they are; anything else as JSON; absent means an empty answer. */
  body?: unknown;
  /** What this answer promises to have changed. It calls `applied` when the change has taken effect. */
  change?: (applied: () => void) => void;
}

export interface FieldError {
  field: string;
  message: string;
}

/** Zoom's error shape: developers.zoom.us/docs/api/errors. */
export function zoomError(status: number, code: number, message: string, errors?: FieldError[]): Answer {
  return { status, body: errors === undefined ? { code, message } : { code, message, errors } };
}

export function validationFailed(field: string, message = 'Invalid field.'): Answer {
  return zoomError(400, 300, 'Validation Failed.', [{ field, message }]);
}

export function userDoesNotExist(who: string): Answer {
  return zoomError(404, 1001, `User does not exist: ${who}.`);
}

export function send(response: ServerResponse, answer: Answer): void {
  if (response.destroyed || response.headersSent) return;
  const raw = typeof answer.body === 'string' || Buffer.isBuffer(answer.body);
  const content = raw || answer.body === undefined ? answer.body : JSON.stringify(answer.body);
  const typed = content === undefined ? {} : { 'content-type': 'application/json;charset=UTF-8' };
  response.writeHead(answer.status, { ...typed, ...answer.headers });
  response.end(content);
}
