import { z } from 'zod';
import { ZoomFailure } from '../failure.js';
import type { ZoomAction } from './action.js';
import { userPath } from './action.js';

export interface ZoomUser {
  /** Null for some pending users: Zoom gives them an id when they accept. */
  id: string | null;
  email: string;
  status: 'active' | 'inactive' | 'pending';
  /** 1 Basic, 2 Licensed, 4 and 99 without meetings; null when not told. */
  type: number | null;
}

/** A status Zoom does not document counts as active: what may be done to such a user, a PATCH will tell. */
const describedUser = z.object({
  id: z.string().min(1).nullish().catch(null),
  email: z.string().min(1),
  status: z.enum(['active', 'inactive', 'pending']).catch('active'),
  type: z.number().nullish().catch(null),
});

/** `GET /users/{userId}` by id or e-mail; null when Zoom knows nobody under it. */
export const findUser = {
  name: 'find-user',
  async run(client, { zoomUser }, terms) {
    try {
      const call = { action: 'find-user', method: 'GET', label: 'light', expected: 200 } as const;
      const { body, trackingId } = await client.call({ ...terms, ...call, path: userPath(zoomUser) });
      return readUser(body, trackingId);
    } catch (error) {
      if (error instanceof ZoomFailure && error.code === 'ZOOM_USER_NOT_FOUND') return null;
      throw error;
    }
  },
} satisfies ZoomAction<{ zoomUser: string }, ZoomUser | null>;

/** Zoom is known to put errors under HTTP 200 on a GET, so a body without a user is none. */
function readUser(body: Record<string, unknown>, trackingId: string | null): ZoomUser {
  const read = describedUser.safeParse(body);
  if (!read.success)
    throw new ZoomFailure('ZOOM_UNREADABLE', { sent: 'unanswered', status: 200, trackingId });
  const { id = null, email, status, type = null } = read.data;
  return { id, email, status, type };
}
