import type { Settings } from './options.js';
import type { ZoomUsers } from './users.js';
import type { Webhooks } from './webhooks.js';

interface KeyChange {
  hostKey: string;
  applied: () => void;
}

export interface HostKeys {
  /** Gives the user this key, now or after the running meeting; `applied` is called when it is theirs. */
  set(userId: string, hostKey: string, applied?: () => void): void;
  /** A meeting goes on with the key it began with: see github.com/hackclub/slash-z issues 173 and 174. */
  inMeeting(who: string, running: boolean): void;
}

export function createHostKeys(parts: {
  users: ZoomUsers;
  webhooks: Webhooks;
  settings: Settings;
}): HostKeys {
  const { users, webhooks, settings } = parts;
  const afterMeeting = new Map<string, KeyChange | undefined>();

  function apply(userId: string, { hostKey, applied }: KeyChange): void {
    const user = users.find(userId);
    if (user === undefined) return;
    const before = user.hostKey;
    user.hostKey = hostKey;
    applied();
    if (before !== hostKey) {
      webhooks.send('user.updated', {
        object: { id: user.id, host_key: hostKey },
        old_object: { id: user.id, host_key: before },
      });
    }
  }

  return {
    set(userId, hostKey, applied = () => {}) {
      if (!afterMeeting.has(userId)) apply(userId, { hostKey, applied });
      else if (settings.keySetInMeeting === 'deferred') afterMeeting.set(userId, { hostKey, applied });
    },
    inMeeting(who, running) {
      const user = users.known(who);
      if (running) {
        if (!afterMeeting.has(user.id)) afterMeeting.set(user.id, undefined);
        if (user.hostKey !== undefined) user.meetingKey = user.hostKey;
        return;
      }
      const change = afterMeeting.get(user.id);
      afterMeeting.delete(user.id);
      delete user.meetingKey;
      if (change !== undefined) apply(user.id, change);
    },
  };
}
