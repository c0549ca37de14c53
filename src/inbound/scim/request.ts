import type { BodyLimits } from '../../http/body.js';
import type { Deadline } from '../../records/deadline.js';
import type { Answer } from './answer.js';
import type { ScimError } from './error.js';
import type { ConditionHeaders } from './preconditions.js';

/** Who speaks: the token says which source. */
export interface ScimSource {
  sourceId: string;
  sourceName: string;
  /** Counts the operations that a request holds against the source's rate. */
  charge?: (operations: number) => void;
}

/** A request as the endpoints see it; they know nothing of express. */
export interface ScimRequest {
  source: ScimSource;
  /** Where we are reached, up to `/scim/v2`. */
  baseUrl: string;
  query: URLSearchParams;
  /** What stands in the path behind the endpoint. */
  id: string;
  /** `If-Match` and `If-None-Match` as they came. */
  headers: ConditionHeaders;
  /** The body as JSON, of at most 1 MiB unless told otherwise. Throws BodyError. */
  readBody: (limits?: BodyLimits) => Promise<unknown>;
  /** That of the bulk request of which it is part; alone it has one of its own. */
  deadline?: Deadline;
  /** Any error as the client reads it; a fault of ours is logged with this request's id. */
  explain: (thrown: unknown) => ScimError;
}

/** Throws ScimError, or what `explain` makes one of. */
export type Endpoint = (request: ScimRequest) => Promise<Answer>;
