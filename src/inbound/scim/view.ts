import { answerOne, type Answer, type View } from './answer.js';
import type { KeptResource } from '../../records/scim-resources.js';
import { etagOf, evaluate } from './preconditions.js';
import type { ScimRequest } from './request.js';
import { readSelection, withSaid } from './select.js';
import type { Shape } from './shape.js';

/** Read before anything is written: a wrong `attributes` must not answer 400 for what was done. */
export function viewOf(shape: Shape, { baseUrl, query }: ScimRequest): View {
  return { baseUrl, selection: readSelection(shape, query) };
}

/** What is returned on request is also returned to whoever just set it (RFC 7643 §7). */
export function viewAfter(view: View, said: unknown): View {
  return { ...view, selection: withSaid(view.selection, said) };
}

/** The answer to a GET: the resource, or 304 for whoever has this version (RFC 7644 §3.14). */
export function answerGet({ headers }: ScimRequest, kept: KeptResource, view: View): Answer {
  if (evaluate('GET', headers, kept.version) === 'proceed') return answerOne(200, kept, view);
  return { status: 304, headers: { ETag: etagOf(kept.version) } };
}
