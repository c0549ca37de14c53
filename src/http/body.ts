import type { IncomingMessage } from 'node:http';
import { BodyError } from './body-error.js';
import { parseJson } from './json.js';

/** A group of 8,000 members, the largest PATCH seen from an IdP, is about 800 kB. */
export const BODY_LIMIT_BYTES = 1_048_576;

export interface BodyLimits {
  readonly limitBytes?: number;
}

/** @throws BodyError */
export async function readJson(request: IncomingMessage, limits: BodyLimits = {}): Promise<unknown> {
  return parseJson(await readBody(request, limits));
}

/**
 * The body as it came, for signatures over raw bytes. What lies beyond the limit is read and dropped, so that the
 * sender lives to see our answer.
 *
 * @throws BodyError
 */
export async function readBody(request: IncomingMessage, limits: BodyLimits = {}): Promise<Buffer> {
  const { limitBytes = BODY_LIMIT_BYTES } = limits;
  refuseForeignCoding(request);
  if (Number(request.headers['content-length']) > limitBytes) throw tooLarge(request, limitBytes);
  if (request.destroyed) throw aborted();
  const chunks: Buffer[] = [];
  let length = 0;
  return new Promise((resolve, reject) => {
    const keep = (chunk: Buffer): void => {
      length += chunk.length;
      if (length <= limitBytes) chunks.push(chunk);
      else fail(tooLarge(request, limitBytes));
    };
    const finish = (): void => {
      stop();
      resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, length));
    };
    const fail = (error: BodyError): void => {
      stop();
      reject(error);
    };
    const abort = (cause?: Error): void => fail(aborted(cause));
    const stop = (): void => {
      request.off('data', keep).off('end', finish).off('error', abort).off('close', abort);
    };
    request.on('data', keep).on('end', finish).on('error', abort).on('close', abort);
  });
}

function tooLarge(request: IncomingMessage, limitBytes: number): BodyError {
  request.resume();
  return new BodyError('BODY_TOO_LARGE', `the body is larger than ${limitBytes} bytes`);
}

function aborted(cause?: Error): BodyError {
  return new BodyError('BODY_ABORTED', 'the body ended before its time', { cause });
}

function refuseForeignCoding(request: IncomingMessage): void {
  const coding = request.headers['content-encoding'];
  if (coding !== undefined && coding.toLowerCase() !== 'identity') {
    throw new BodyError('BODY_UNSUPPORTED', 'the body must not be compressed');
  }
  const charset = /;\s*charset\s*=\s*"?([^\s;"]*)/i.exec(request.headers['content-type'] ?? '')?.[1];
  if (charset !== undefined && !/^(?:utf-?8|us-ascii)$/i.test(charset)) {
    throw new BodyError('BODY_UNSUPPORTED', 'the body must be UTF-8');
  }
}
