import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Answer, send, zoomError } from './answer.js';
import { type ApiRequest, describeIn, readApiRequest } from './api-request.js';
import { readBody } from './body.js';
import type { Clock } from './clock.js';
import { type Failure, failedAnswer, type PendingFaults } from './faults.js';
import type { Limits } from './limits.js';
import type { Account } from './operations/operation.js';
import { type LoggedRequest, now, type WritableRequestLog } from './request-log.js';
import type { Tokens } from './tokens.js';

interface ApiParts extends Account {
  clock: Clock;
  tokens: Tokens;
  limits: Limits;
  faults: PendingFaults;
  log: WritableRequestLog;
}

type Outcome = Answer | 'reset' | 'silence';

/** Answers every request but the token endpoint's. */
export async function answerApiRequest(
  parts: ApiParts,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const entry = parts.log.add({ method: incoming.method ?? '', path: incoming.url ?? '' });
  response.setHeader('x-zm-trackingid', entry.trackingId);
  const body = await readBody(incoming);
  if (body === 'caller gone') return;
  const request = readApiRequest(parts.users, incoming, body);
  describeIn(entry, request);
  const outcome = outcomeOf(parts, request);
  if (outcome === 'silence') return;
  if (outcome === 'reset') return void response.destroy();
  await carryOut(parts, entry, outcome, response);
}

/** The order of a real gateway: the edge, the token, the scope, the account's limits, and only then the user. */
function outcomeOf({ faults, tokens, limits, ...account }: ApiParts, request: ApiRequest): Outcome {
  const { operation, authorization } = request;
  const stopped = failed(faults.atEdge(request.method)) ?? tokens.refuse(authorization, operation?.scopes);
  if (stopped !== undefined) return stopped;
  if (operation === undefined) return zoomError(404, 2300, 'This API endpoint is not recognized.');
  const { headers, refusal } = limits.take(operation.label);
  const outcome =
    refusal ??
    failed(faults.forUser(request.who, request.user)) ??
    (request.tooLarge
      ? zoomError(413, 300, 'Request Body is too large.')
      : operation.answer(account, request));
  return typeof outcome === 'string' ? outcome : { ...outcome, headers: { ...headers, ...outcome.headers } };
}

function failed(failure: Failure | undefined): Outcome | undefined {
  return failure === undefined || typeof failure === 'string' ? failure : failedAnswer(failure);
}

async function carryOut(
  { clock, faults, settings }: ApiParts,
  entry: LoggedRequest,
  answer: Answer,
  response: ServerResponse,
): Promise<void> {
  const change = () => answer.change?.(() => Object.assign(entry, { applied: true, appliedAt: now() }));
  const lost = answer.change === undefined ? undefined : faults.forChange();
  if (lost !== undefined && lost.applyAfterMs > 0) clock.after(lost.applyAfterMs, change);
  else change();
  if (lost?.caller === 'drop') response.destroy();
  if (lost !== undefined) return;

  const delayMs = settings.delayMs + faults.extraDelayMs();
  if (delayMs > 0) await clock.wait(delayMs);
  if (response.destroyed) return;
  entry.status = answer.status;
  send(response, answer);
}
