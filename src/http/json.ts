import { isUtf8 } from 'node:buffer';
import { BodyError } from './body-error.js';
import { placeOfJsonError } from './json-position.js';

const MAX_DEPTH = 64;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** NUL, which PostgreSQL cannot store, and halves of surrogate pairs, which UTF-8 cannot say. */
const BAD_TEXT = /[\0\p{Surrogate}]/u;
const MAX_PATH_LENGTH = 200;

/**
 * JSON that is safe to walk, to store and to merge: well-formed UTF-8, at most `maxDepth` deep, without keys that
 * reach for a prototype, without NUL or lone surrogates in any text or key.
 *
 * @throws BodyError with the place and never the value
 */
export function parseJson(bytes: Buffer, maxDepth = MAX_DEPTH): unknown {
  if (!isUtf8(bytes)) throw new BodyError('BODY_BAD_TEXT', 'the body is not UTF-8');
  checkDepth(bytes, maxDepth);
  const text = bytes.toString('utf8').replace(/^\uFEFF/, '');
  const value = parseText(text);
  if (mayHoldBadContent(text)) checkContent(value, []);
  return value;
}

/** Over the bytes, before JSON.parse and anything that recurses sees them. */
function checkDepth(bytes: Buffer, maxDepth: number): void {
  let depth = 0;
  let isInString = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (isInString) {
      if (byte === BACKSLASH) at++;
      else if (byte === QUOTE) isInString = false;
    } else if (byte === QUOTE) isInString = true;
    else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) depth--;
    else if ((byte === OPEN_OBJECT || byte === OPEN_LIST) && ++depth > maxDepth) {
      throw new BodyError('BODY_TOO_DEEP', `the body is nested deeper than ${maxDepth} levels at byte ${at}`);
    }
  }
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The SyntaxError is not kept as a cause: it quotes the body.
    const place = text.trim() === '' ? 'it is empty' : `see ${placeOfJsonError(text)}`;
    throw new BodyError('BODY_NOT_JSON', `the body is not JSON: ${place}`);
  }
}

/** In well-formed UTF-8 only an escape can bring a NUL or a lone surrogate, or disguise a key. */
function mayHoldBadContent(text: string): boolean {
  return text.includes('\\u') || text.includes('__proto__') || text.includes('constructor');
}

function checkContent(value: unknown, path: (string | number)[]): void {
  if (typeof value === 'string') checkText(value, path);
  if (typeof value !== 'object' || value === null) return;
  for (const [key, item] of Object.entries(value)) {
    path.push(Array.isArray(value) ? Number(key) : key);
    checkText(key, path);
    if (reachesPrototype(key, item)) {
      throw new BodyError('BODY_FORBIDDEN_KEY', `the body has a key that is not allowed: ${show(path)}`);
    }
    checkContent(item, path);
    path.pop();
  }
}

function checkText(text: string, path: readonly (string | number)[]): void {
  if (!BAD_TEXT.test(text)) return;
  throw new BodyError('BODY_BAD_TEXT', `the body has a NUL or half a surrogate pair in ${show(path)}`);
}

function reachesPrototype(key: string, item: unknown): boolean {
  if (key === '__proto__') return true;
  return (
    key === 'constructor' && typeof item === 'object' && item !== null && Object.hasOwn(item, 'prototype')
  );
}

function show(path: readonly (string | number)[]): string {
  if (path.length === 0) return 'its one text';
  const text = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('');
  return text.replace(/^\./, '').replace(new RegExp(BAD_TEXT, 'gu'), '\uFFFD').slice(0, MAX_PATH_LENGTH);
}
