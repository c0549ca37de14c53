import { deadlineIn, LIMIT_MS, ResourceBusy } from '../../records/deadline.js';
import type { Answer } from './answer.js';
import { attemptAll, MAX_AT_ONCE, needsOf, type Running } from './bulk-attempt.js';
import { makeCircle } from './bulk-circle.js';
import { readNames, type Names } from './bulk-names.js';
import { orderSteps } from './bulk-order.js';
import { readBulk, type BulkOperation } from './bulk-request.js';
import { answerBulk, type Outcome } from './bulk-result.js';
import { takeWave, type Waiting } from './bulk-wave.js';
import { createEndpointFinder, type Endpoints } from './endpoint-table.js';
import type { Endpoint } from './request.js';

export interface BulkOptions {
  /** Operations that have not begun by then are put off. */
  bulkBeginMs?: number;
  /** How long those that have begun may go on, counted from the same moment. */
  bulkLimitMs?: number;
}

/** What begins then still has a second. */
const BEGIN_MS = LIMIT_MS - 1_000;

/**
 * `POST /Bulk` (RFC 7644 §3.7): each operation goes to the endpoint that it would reach alone. Throws 400, 413, and
 * 503 when nothing was done because the database is down, or busy.
 */
export function createBulk(
  resources: Endpoints,
  { bulkBeginMs = BEGIN_MS, bulkLimitMs = LIMIT_MS }: BulkOptions = {},
): Endpoint {
  const find = createEndpointFinder(resources);
  return async (given) => {
    const { operations, failOnErrors } = readBulk(await given.readBody());
    given.source.charge?.(operations.length - 1);
    const request = { ...given, deadline: deadlineIn(bulkLimitMs) };
    const beginning = deadlineIn(bulkBeginMs);
    const makers = makersOf(operations);
    const running: Running = { request, find, beginning, makers, made: new Map() };
    return runAll(running, operations, failOnErrors);
  };
}

function makersOf(operations: BulkOperation[]): Map<string, number> {
  const makers = new Map<string, number>();
  for (const { method, bulkId, index } of operations) {
    if (method === 'POST' && bulkId !== undefined && !makers.has(bulkId)) makers.set(bulkId, index);
  }
  return makers;
}

async function runAll(running: Running, operations: BulkOperation[], failOnErrors: number): Promise<Answer> {
  const outcomes: Outcome[] = [];
  const steps = stepsOf(running, operations);
  let errors = 0;
  let names: Names = { end: 0, keys: new Map() };
  for (let at = 0; at < steps.length && errors < failOnErrors;) {
    if (running.beginning.leftMs() === 0) running.down ??= running.request.explain(new ResourceBusy());
    // As many as may still fail: whatever becomes of them, none is done that should have been left.
    const most = Math.min(MAX_AT_ONCE, failOnErrors - errors);
    if (at >= names.end && !running.down) names = await readNames(running, steps, { from: at, most });
    const wave = takeWave(steps.slice(at, at + most), names.keys);
    outcomes.push(...(await runWave(running, wave)));
    errors = outcomes.filter(({ error }) => error).length;
    at += wave.length;
  }
  if (running.down && errors === outcomes.length) throw running.down;
  return answerBulk(outcomes, running.request.baseUrl);
}

function stepsOf({ makers }: Running, operations: BulkOperation[]): Waiting[] {
  const needs = operations.map((operation) => needsOf(operation, makers));
  return orderSteps(needs).map((step) => ({
    operations: step.flatMap((number) => operations[number] ?? []),
    needs: step.flatMap((number) => needs[number] ?? []),
    isCircle: step.length > 1 || needs[step[0] ?? 0]?.includes(step[0] ?? 0) === true,
  }));
}

async function runWave(running: Running, wave: Waiting[]): Promise<Outcome[]> {
  const [first] = wave;
  if (first?.isCircle) return makeCircle(running, first.operations);
  return attemptAll(
    running,
    wave.flatMap(({ operations }) => operations),
  );
}
