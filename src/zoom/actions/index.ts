import type { ZoomAction } from './action.js';
import { clearHostKey } from './clear-host-key.js';
import { findUser } from './find-user.js';
import { setHostKey } from './set-host-key.js';

/** Everything we ask of Zoom. */
export const zoomActions = {
  'set-host-key': setHostKey,
  'clear-host-key': clearHostKey,
  'find-user': findUser,
} as const satisfies Record<string, ZoomAction<never, unknown>>;
