import { randomBytes } from 'node:crypto';
import { drawHostKey } from './host-key-rules.js';

export type UserStatus = 'active' | 'inactive' | 'pending';

export interface ZoomUser {
  id: string;
  email: string;
  status: UserStatus;
  /** 1 Basic, 2 Licensed, 4 Unassigned without Meetings Basic, 99 None. */
  type: number;
  firstName: string;
  lastName: string;
  dept: string;
  createdAt: string;
  hostKey?: string;
  /** While the host is in a meeting: the key that opens that meeting. */
  meetingKey?: string;
  /** Counts up over all users ever added: the order of lists, and what page tokens point at. */
  number: number;
}

export interface NewZoomUser {
  email: string;
  id?: string;
  status?: UserStatus;
  type?: number;
  firstName?: string;
  lastName?: string;
  dept?: string;
  /** `null` for none. Left out, Zoom draws one, except for a pending user. */
  hostKey?: string | null;
}

/** Looks at and changes Zoom's users directly: no webhook is sent, no limit counts. `who` is an id or an e-mail. */
export interface ZoomUsers {
  add(user: NewZoomUser): ZoomUser;
  find(who: string): ZoomUser | undefined;
  /** Like find, but a TypeError for somebody unknown. */
  known(who: string): ZoomUser;
  list(status?: UserStatus): ZoomUser[];
  remove(who: string): void;
  rename(user: ZoomUser, email: string): void;
  hostKeyOf(who: string): string | undefined;
}

export function createUsers(): ZoomUsers {
  const byId = new Map<string, ZoomUser>();
  const byEmail = new Map<string, ZoomUser>();
  let added = 0;

  const find = (who: string) => byId.get(who) ?? byEmail.get(who.toLowerCase());
  const refuseTaken = (who: string) => {
    if (find(who) !== undefined) throw new TypeError(`Zoom already has a user ${who}`);
  };
  const known = (who: string) => {
    const user = find(who);
    if (user === undefined) throw new TypeError(`Zoom has no user ${who}`);
    return user;
  };

  return {
    find,
    known,
    add(newUser) {
      refuseTaken(newUser.email);
      const user = createUser(newUser, ++added);
      refuseTaken(user.id);
      byId.set(user.id, user);
      byEmail.set(user.email.toLowerCase(), user);
      return user;
    },
    list: (status) => [...byId.values()].filter((user) => status === undefined || user.status === status),
    remove(who) {
      const user = known(who);
      byId.delete(user.id);
      byEmail.delete(user.email.toLowerCase());
    },
    rename(user, email) {
      if (find(email) !== user) refuseTaken(email);
      byEmail.delete(user.email.toLowerCase());
      user.email = email;
      byEmail.set(email.toLowerCase(), user);
    },
    hostKeyOf: (who) => find(who)?.hostKey,
  };
}

function createUser(newUser: NewZoomUser, number: number): ZoomUser {
  const { hostKey, ...given } = newUser;
  const status = given.status ?? 'active';
  const drawn = hostKey === undefined && status !== 'pending' ? drawHostKey() : (hostKey ?? undefined);
  return {
    id: randomBytes(16).toString('base64url'),
    type: 2,
    firstName: '',
    lastName: '',
    dept: '',
    createdAt: new Date().toISOString(),
    ...given,
    status,
    ...(drawn === undefined ? {} : { hostKey: drawn }),
    number,
  };
}
