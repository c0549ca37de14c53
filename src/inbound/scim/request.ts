/** Who speaks: the token says which source. */
export interface ScimSource {
  sourceId: string;
  sourceName: string;
}

/** A request as the endpoints see it; they know nothing of express. */
export interface ScimRequest {
  source: ScimSource;
  /** Where we are reached, up to `/scim/v2`. */
  baseUrl: string;
  query: URLSearchParams;
  /** What stands in the path behind the endpoint. */
  id: string;
  /** The body as JSON. Throws BodyError. */
  readBody: () => Promise<unknown>;
}
