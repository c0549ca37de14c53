import { getUser } from './get-user.js';
import { listUsers } from './list-users.js';
import type { Operation } from './operation.js';
import { updateUser } from './update-user.js';

export const OPERATIONS: readonly Operation[] = [listUsers, getUser, updateUser];
