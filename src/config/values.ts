import { isIP, isIPv4 } from 'node:net';
import { z } from 'zod';
import { BadSetting } from './errors.js';

/** A setting read by `parse`; a BadSetting becomes a problem of that setting. */
export function parsed<T>(parse: (text: string) => T) {
  return z.string().transform((text, context) => {
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof BadSetting)) throw error;
      context.addIssue({ code: 'custom', message: error.message });
      return z.NEVER;
    }
  });
}

export function wholeNumber(min: number, max: number) {
  return parsed((text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw new BadSetting(`must be a whole number from ${min} to ${max}`);
  });
}

/** A decimal number greater than `above`, or equal to it when `inclusive`, and at most `max`. */
export function decimal(above: number, max: number, inclusive = false) {
  return parsed((text) => {
    const value = Number(text);
    const isInside = (inclusive ? value >= above : value > above) && value <= max;
    if (/^\d+(\.\d+)?$/.test(text) && isInside) return value;
    throw new BadSetting(
      `must be a number ${inclusive ? 'from' : 'above'} ${above} ${inclusive ? 'to' : 'and up to'} ${max}`,
    );
  });
}

export function oneOf<const Options extends readonly string[]>(...options: Options) {
  return parsed((text): Options[number] => {
    const found = options.find((option) => option === text.toLowerCase());
    if (found === undefined) throw new BadSetting(`must be one of ${options.join(', ')}`);
    return found;
  });
}

/** The address of a listener or a peer, without user, query and fragment; a slash at the end is dropped. */
export function webUrl() {
  return parsed((text) => {
    if (!/^https?:/i.test(text) || !URL.canParse(text))
      throw new BadSetting('must be an http:// or https:// address');
    const url = new URL(text);
    if (url.username || url.password) throw new BadSetting('must not hold a user name or password');
    if (url.search || url.hash) throw new BadSetting('must not hold a query or fragment');
    return url.href.replace(/\/+$/, '');
  });
}

export function isLoopback(url: string): boolean {
  const { hostname } = new URL(url);
  if (hostname === 'localhost' || hostname === '[::1]') return true;
  return isIPv4(hostname) && hostname.startsWith('127.');
}

/** A comma-separated list of at least one name. */
export function list() {
  return parsed((text): readonly string[] => {
    const names = text.split(',').map((name) => name.trim());
    if (names.includes('')) throw new BadSetting('must be names separated by commas');
    return names;
  });
}

const NAMED_NETWORKS = new Set(['loopback', 'linklocal', 'uniquelocal']);

/** Addresses, ranges of them, and the names that express has for some, separated by commas. */
export function networks() {
  return parsed((text): readonly string[] => {
    const found = text.split(',').map((one) => one.trim());
    if (found.every((one) => NAMED_NETWORKS.has(one) || isNetwork(one))) return found;
    throw new BadSetting(
      'must be loopback, linklocal, uniquelocal, addresses or ranges such as 10.0.0.0/8, separated by commas',
    );
  });
}

function isNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}
