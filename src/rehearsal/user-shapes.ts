import type { ZoomUser } from './users.js';

/** One entry of GET /users. A pending user has no `id` there, as in Zoom. */
export function listedUser(user: ZoomUser, shown: { hostKey: boolean }): Record<string, unknown> {
  return {
    ...(user.status === 'pending' ? {} : { id: user.id }),
    first_name: user.firstName,
    last_name: user.lastName,
    display_name: displayName(user),
    email: user.email,
    type: user.type,
    status: user.status,
    dept: user.dept,
    role_id: '2',
    verified: user.status === 'pending' ? 0 : 1,
    user_created_at: user.createdAt,
    ...(shown.hostKey && user.hostKey !== undefined ? { host_key: user.hostKey } : {}),
  };
}

/** GET /users/{userId}: more than the list says, and never the host key. */
export function describedUser(user: ZoomUser, accountId: string): Record<string, unknown> {
  const login_types = user.status === 'pending' ? [] : [101];
  return { ...listedUser(user, { hostKey: false }), account_id: accountId, login_types, role_name: 'Member' };
}

/** The `object` of a `user.*` webhook; here a pending user does have its id. */
export function announcedUser(user: ZoomUser): Record<string, unknown> {
  return {
    id: user.id,
    first_name: user.firstName,
    last_name: user.lastName,
    display_name: displayName(user),
    email: user.email,
    type: user.type,
  };
}

function displayName({ firstName, lastName }: ZoomUser): string {
  return `${firstName} ${lastName}`.trim();
}
