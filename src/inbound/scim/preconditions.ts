import { ScimError } from './error.js';

/** As node gives them: several lines of one header are joined with commas. */
export interface ConditionHeaders {
  'if-match'?: string | undefined;
  'if-none-match'?: string | undefined;
}

/** Every write makes a new version; the same version is the same resource, though not byte for byte: weak. */
export function etagOf(version: number): string {
  return `W/"${version}"`;
}

/**
 * What the conditions of a request ask of a resource that exists, at the version it now has (RFC 7644 §3.14, RFC
 * 9110 §13.2.2). Both headers are compared weakly: RFC 9110 wants strong comparison for If-Match, by which no weak
 * tag ever matches, and RFC 7644's own example sends one. Throws 412, and 400 for what is no list of tags.
 */
export function evaluate(
  method: string,
  headers: ConditionHeaders,
  version: number,
): 'proceed' | 'not-modified' {
  const ifMatch = readTags('If-Match', headers['if-match']);
  const ifNoneMatch = readTags('If-None-Match', headers['if-none-match']);
  const isAt = `it is at version ${etagOf(version)}`;
  if (ifMatch && !matches(ifMatch, version)) {
    throw failed(`the resource is not at a version that If-Match names: ${isAt}; read it again`, version);
  }
  if (!ifNoneMatch || !matches(ifNoneMatch, version)) return 'proceed';
  if (method === 'GET') return 'not-modified';
  throw failed(`the resource is at a version that If-None-Match rules out: ${isAt}`, version);
}

type Tags = '*' | string[];

const TAG = /[ \t,]*(?:W\/)?("[\x21\x23-\x7e\x80-\xff]*")[ \t]*(?=,|$)/y;
const REST = /^[ \t,]*$/;

/** The tags without their `W/`; undefined: no such header. */
function readTags(name: string, header: string | undefined): Tags | undefined {
  if (header === undefined) return undefined;
  if (header.trim() === '*') return '*';
  const tags: string[] = [];
  let at = 0;
  for (TAG.lastIndex = 0; ; at = TAG.lastIndex) {
    const [, tag] = TAG.exec(header) ?? [];
    if (tag === undefined) break;
    tags.push(tag);
  }
  if (tags.length > 0 && REST.test(header.slice(at))) return tags;
  const detail = `${name} must be * or entity tags such as W/"1", with commas between; see character ${at}`;
  throw new ScimError(400, detail, { code: 'BAD_REQUEST' });
}

function matches(tags: Tags, version: number): boolean {
  return tags === '*' || tags.includes(`"${version}"`);
}

function failed(detail: string, version: number): ScimError {
  return new ScimError(412, detail, { code: 'PRECONDITION_FAILED', headers: { ETag: etagOf(version) } });
}
