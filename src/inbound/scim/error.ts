/** Detail error keywords of RFC 7644 §3.12, table 9, and of RFC 9865 §2.1; `uniqueness` goes with 409. */
export type ScimType =
  | 'invalidFilter'
  | 'tooMany'
  | 'invalidCursor'
  | 'expiredCursor'
  | 'invalidCount'
  | 'uniqueness'
  | 'mutability'
  | 'invalidSyntax'
  | 'invalidPath'
  | 'noTarget'
  | 'invalidValue';

const ERROR_URN = 'urn:ietf:params:scim:api:messages:2.0:Error';

export interface ScimErrorOptions {
  scimType?: ScimType;
  /** Our own name for it, for the log and docs/errors.md, where SCIM has none. */
  code?: string;
  /** Answer headers that belong to the error: Allow, Retry-After, WWW-Authenticate. */
  headers?: Record<string, string>;
  cause?: unknown;
}

/** A refusal as SCIM clients read it; `detail` tells a person what was wrong and where, and never repeats a secret. */
export class ScimError extends Error {
  override readonly name = 'ScimError';
  readonly scimType: ScimType | undefined;
  readonly code: string;
  readonly headers: Record<string, string>;

  constructor(
    readonly status: number,
    readonly detail: string,
    { scimType, code = 'UNEXPECTED', headers = {}, cause }: ScimErrorOptions = {},
  ) {
    super(detail, cause === undefined ? undefined : { cause });
    this.scimType = scimType;
    this.code = scimType ?? code;
    this.headers = headers;
  }
}

/** A 400: the request itself is at fault. */
export function refusal(scimType: ScimType, detail: string, cause?: unknown): ScimError {
  return new ScimError(400, detail, { scimType, cause });
}

export function notFound(what: string): ScimError {
  return new ScimError(404, `${what} does not exist`, { code: 'NOT_FOUND' });
}

export function nameTaken({ resource }: { resource: Record<string, unknown> }): ScimError {
  return uniqueness(`another user has the userName ${JSON.stringify(resource['userName'])}`);
}

/** A 409. */
export function uniqueness(detail: string): ScimError {
  return new ScimError(409, detail, { scimType: 'uniqueness' });
}

/** `status` is a string (RFC 7644 §3.12): Okta and Entra parse it as one. */
export function errorBody(error: ScimError): Record<string, unknown> {
  const { scimType, detail } = error;
  return { schemas: [ERROR_URN], status: String(error.status), ...(scimType && { scimType }), detail };
}
