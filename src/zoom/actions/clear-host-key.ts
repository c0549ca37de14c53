import { ZoomFailure } from '../failure.js';
import type { KeyToSend, ZoomAction } from './action.js';
import { userPath } from './action.js';

/** `gone`: Zoom has no such user, who therefore has no key. */
export interface Cleared {
  outcome: 'cleared' | 'gone';
  trackingId: string | null;
}

/** Zoom has no empty key. So the key is overwritten by one that nobody keeps: `hostKey` is that one. */
export const clearHostKey = {
  name: 'clear-host-key',
  async run(client, { zoomUser, hostKey }, terms) {
    try {
      const { trackingId } = await client.call({
        ...terms,
        action: 'clear-host-key',
        method: 'PATCH',
        path: userPath(zoomUser),
        json: { host_key: hostKey.reveal() },
        label: 'light',
        expected: 204,
      });
      return { outcome: 'cleared', trackingId };
    } catch (error) {
      if (!(error instanceof ZoomFailure) || error.code !== 'ZOOM_USER_NOT_FOUND') throw error;
      return { outcome: 'gone', trackingId: error.trackingId };
    }
  },
} satisfies ZoomAction<KeyToSend, Cleared>;
