import type { HostKeys } from './host-keys.js';
import { drawHostKey } from './host-key-rules.js';
import { announcedUser } from './user-shapes.js';
import type { NewZoomUser, ZoomUser, ZoomUsers } from './users.js';
import type { Webhooks } from './webhooks.js';

export type CreationType = 'create' | 'ssoCreate' | 'autoCreate' | 'custCreate';

/** What an administrator does in Zoom's web portal; each sends its webhook. `who` is an id or an e-mail. */
export interface ZoomPortal {
  create(user: NewZoomUser, creationType?: CreationType): ZoomUser;
  acceptInvitation(who: string): ZoomUser;
  activate(who: string): ZoomUser;
  deactivate(who: string): ZoomUser;
  delete(who: string): ZoomUser;
  disassociate(who: string): ZoomUser;
  changeHostKeyByHand(who: string, hostKey: string): ZoomUser;
  changeEmail(who: string, email: string): ZoomUser;
  /** Another user, with an id of its own, under the same mail. */
  deleteAndRecreate(email: string): ZoomUser;
}

interface Parts {
  users: ZoomUsers;
  hostKeys: HostKeys;
  webhooks: Webhooks;
}

export function createPortal({ users, hostKeys, webhooks }: Parts): ZoomPortal {
  function announce(event: string, user: ZoomUser): ZoomUser {
    webhooks.send(event, { object: announcedUser(user) });
    return user;
  }

  const portal: ZoomPortal = {
    create(newUser, creationType) {
      const user = users.add(newUser);
      const creation_type = creationType ?? (user.status === 'pending' ? 'create' : 'ssoCreate');
      webhooks.send('user.created', { creation_type, object: announcedUser(user) });
      return user;
    },
    acceptInvitation(who) {
      const user = users.known(who);
      user.status = 'active';
      user.hostKey ??= drawHostKey();
      webhooks.send('user.invitation_accepted', { byOperator: false, object: announcedUser(user) });
      return user;
    },
    activate: (who) => announce('user.activated', withStatus(users.known(who), 'active')),
    deactivate: (who) => announce('user.deactivated', withStatus(users.known(who), 'inactive')),
    delete: (who) => announce('user.deleted', removed(users, who)),
    disassociate: (who) => announce('user.disassociated', removed(users, who)),
    changeHostKeyByHand(who, hostKey) {
      const user = users.known(who);
      hostKeys.set(user.id, hostKey);
      return user;
    },
    changeEmail(who, email) {
      const user = users.known(who);
      const old_object = { id: user.id, email: user.email };
      users.rename(user, email);
      webhooks.send('user.updated', { object: { id: user.id, email }, old_object });
      return user;
    },
    deleteAndRecreate(email) {
      const { type, firstName, lastName, dept } = portal.delete(email);
      return portal.create({ email, type, firstName, lastName, dept });
    },
  };
  return portal;
}

function withStatus(user: ZoomUser, status: ZoomUser['status']): ZoomUser {
  user.status = status;
  return user;
}

function removed(users: ZoomUsers, who: string): ZoomUser {
  const user = users.known(who);
  users.remove(user.id);
  return user;
}
