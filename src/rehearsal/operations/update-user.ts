import { type Answer, userDoesNotExist, validationFailed, zoomError } from '../answer.js';
import { isHostKey, isWeakHostKey } from '../host-key-rules.js';
import type { Settings } from '../options.js';
import type { ZoomUser } from '../users.js';
import type { Operation } from './operation.js';

/** Of all the fields Zoom can update, only `host_key` does anything here; the others are accepted and ignored. */
export const updateUser: Operation = {
  method: 'PATCH',
  path: /^\/v2\/users\/([^/]+)$/,
  label: 'light',
  scopes: ['user:update:user:admin', 'user:write:admin'],
  answer({ settings, hostKeys }, { who, user, json }) {
    if (!isObject(json)) return zoomError(400, 300, 'Request Body should be a valid JSON object.');
    if (user === undefined) return userDoesNotExist(who);
    const refusal = refuseStatus(settings, user);
    if (refusal !== undefined) return refusal;
    const hostKey = json['host_key'];
    if (hostKey === undefined) return { status: 204 };
    if (!isHostKey(hostKey)) return validationFailed('host_key');
    if (settings.refuseWeakKeys && isWeakHostKey(hostKey)) {
      return validationFailed('host_key', 'The host key is too simple.');
    }
    return { status: 204, change: (applied) => hostKeys.set(user.id, hostKey, applied) };
  },
};

function refuseStatus(settings: Settings, { status }: ZoomUser): Answer | undefined {
  if (status === 'active') return undefined;
  const rule = status === 'inactive' ? settings.patchInactive : settings.patchPending;
  return rule === 'apply' ? undefined : zoomError(400, rule.code, rule.message);
}

function isObject(json: unknown): json is Record<string, unknown> {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}
