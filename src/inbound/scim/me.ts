import type { Answer } from './answer.js';
import { ScimError } from './error.js';

/** RFC 7644 §3.11: an alias for whoever is authenticated, and a source's token is nobody's. */
export async function refuseMe(): Promise<Answer> {
  throw new ScimError(
    501,
    '/Me is not offered: the token stands for a source, not for a person; use /Users/{id}',
    {
      code: 'NOT_OFFERED',
    },
  );
}
