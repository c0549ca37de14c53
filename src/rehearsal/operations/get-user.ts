import { userDoesNotExist } from '../answer.js';
import { describedUser } from '../user-shapes.js';
import type { Operation } from './operation.js';

export const getUser: Operation = {
  method: 'GET',
  path: /^\/v2\/users\/([^/]+)$/,
  label: 'light',
  scopes: ['user:read:user:admin', 'user:read:admin'],
  answer({ settings }, { who, user }) {
    if (user === undefined) return userDoesNotExist(who);
    return { status: 200, body: describedUser(user, settings.accountId) };
  },
};
