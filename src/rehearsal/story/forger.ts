import { signWebhook } from '../signature.js';
import { ask, type Reply } from './ask.js';
import { nameOf, type Player } from './cast.js';

/** Somebody who knows what Zoom's webhooks look like, and not the secret token: says that a player was deleted. */
export async function forgeUserDeleted(url: string, player: Player): Promise<Reply> {
  const { zoomId: id, mail: email } = player;
  const object = { id, email, display_name: nameOf(player), type: 2 };
  const payload = { account_id: 'rehearsal-account', object };
  const body = JSON.stringify({ event: 'user.deleted', event_ts: Date.now(), payload });
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'user-agent': 'Zoom Marketplace/1.0a',
    'x-zm-request-timestamp': timestamp,
    'x-zm-signature': signWebhook('a guess', timestamp, body),
  };
  return ask({ method: 'POST', url: `${url}/webhooks/zoom`, headers, body });
}
