import type { KeyToSend, ZoomAction } from './action.js';
import { userPath } from './action.js';

/** `PATCH /users/{userId}`, nothing but `host_key`: other fields have licence side effects. 204 is its only success. */
export const setHostKey = {
  name: 'set-host-key',
  async run(client, { zoomUser, hostKey }, terms) {
    const { trackingId } = await client.call({
      ...terms,
      action: 'set-host-key',
      method: 'PATCH',
      path: userPath(zoomUser),
      json: { host_key: hostKey.reveal() },
      label: 'light',
      expected: 204,
    });
    return { trackingId };
  },
} satisfies ZoomAction<KeyToSend, { trackingId: string | null }>;
