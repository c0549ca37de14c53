import { z } from 'zod';
import { normalise, type EventType, type LifecycleEvent, type Standing } from '../../lifecycle/event.js';
import { HostKey, isHostKey } from '../../lifecycle/host-key.js';
import { hmacSha256Hex, isSameText } from '../signature.js';
import type { Delivery, Greeting, NoticeKey, Proof, ToldEvent, Verdict, WebhookKind } from './source.js';
import { storableBody, storableText } from './storable.js';

/** Zoom's own webhooks: https://developers.zoom.us/docs/api/webhooks/ */
export const zoom: WebhookKind = {
  name: 'zoom',
  limitBytes: 1_048_576,
  success: { status: 200, body: {} },
  verify,
  greet,
  identify,
  read: (body) => ({ body: storableBody(body), events: readEvents(body) }),
};

/**
 * The window is on the signed time of sending only, never on `event_ts`: Zoom's last retry comes 85 minutes
 * after the event. The signature is checked first, so that "stale" is only ever said of Zoom's own words.
 */
function verify({ raw, headers }: Delivery, { secrets, nowMs, windowMs }: Proof): Verdict {
  const timestamp = headers['x-zm-request-timestamp'];
  const signature = headers['x-zm-signature'];
  if (typeof timestamp !== 'string' || !/^\d{1,13}$/.test(timestamp)) {
    return forged('x-zm-request-timestamp is missing or not a number');
  }
  if (typeof signature !== 'string') return forged('x-zm-signature is missing');
  const secret = secrets.find((one) => one !== '' && isSameText(signature, sign(one, timestamp, raw)));
  if (secret === undefined) return forged('x-zm-signature does not fit this body and the secret token');
  if (Math.abs(nowMs - readTimestampMs(timestamp)) > windowMs) {
    const detail = `x-zm-request-timestamp is more than ${windowMs / 1000} s away from our clock`;
    return { genuine: false, code: 'WEBHOOK_TIMESTAMP_STALE', detail };
  }
  return { genuine: true, secret };
}

function forged(detail: string): Verdict {
  return { genuine: false, code: 'WEBHOOK_SIGNATURE_INVALID', detail };
}

function sign(secret: string, timestamp: string, raw: Uint8Array): string {
  return `v0=${hmacSha256Hex(secret, `v0:${timestamp}:`, raw)}`;
}

/** Zoom sends seconds; milliseconds are taken too. */
function readTimestampMs(timestamp: string): number {
  const sent = Number(timestamp);
  return sent < 100_000_000_000 ? sent * 1000 : sent;
}

const Challenge = z.object({
  payload: z.object({ plainToken: z.string().regex(/^[^:]{1,64}$/) }),
});

/**
 * Zoom's URL validation, every 72 h. It has us sign a text of the caller's choice with the very secret that
 * signs notices; a text shaped like `v0:<time>:<body>` would buy a forged notice, so none with a colon is signed.
 */
function greet(body: unknown, secret: string): Greeting | null {
  if (readEventName(body) !== 'endpoint.url_validation') return null;
  const challenge = Challenge.safeParse(body);
  if (!challenge.success) return { refused: 'payload.plainToken is not 1 to 64 characters without a colon' };
  const { plainToken } = challenge.data.payload;
  return { answer: { plainToken, encryptedToken: hmacSha256Hex(secret, plainToken) } };
}

/**
 * Zoom gives a notice no id. The hash is keyed, since the body may hold a host key: with a plain one, whoever
 * reads the database would find the key by trying them all.
 */
function identify({ raw }: Delivery, secret: string): NoticeKey {
  return { value: hmacSha256Hex(secret, 'notice:', raw), byHash: true };
}

function readEventName(body: unknown): string | null {
  const named = z.object({ event: z.string() }).safeParse(body);
  return named.success ? named.data.event : null;
}

/** Milliseconds. No real event lies outside 2001 to 2100; a number that does is seconds, or nonsense. */
const EventTime = z.int().min(1_000_000_000_000).max(4_102_444_800_000);
const UserId = z.string().regex(/^[\x21-\x7e]{1,128}$/, 'not a Zoom user id');
const Mail = z
  .string()
  .regex(/^[^\s@\p{Cc}\p{Cs}]{1,64}@[^\s@\p{Cc}\p{Cs}]{1,255}$/u, 'not an e-mail address');
/** Names decide nothing, so that an odd one is left out rather than costing the event. */
const Name = z
  .string()
  .transform((name) => storableText(name.trim().slice(0, 256)))
  .optional()
  .catch(undefined);

const Told = z.object({
  event_ts: EventTime,
  payload: z.object({
    object: z.object({
      id: UserId,
      email: z.preprocess((mail) => (mail === '' ? null : mail), Mail.nullish()),
      display_name: Name,
      first_name: Name,
      last_name: Name,
      host_key: z.unknown().optional(),
    }),
  }),
});
type ZoomUser = z.infer<typeof Told>['payload']['object'];

interface Meaning {
  type: EventType;
  standing: Standing;
  zoomStanding: NonNullable<LifecycleEvent['zoomStanding']>;
}
const active: Meaning = { type: 'created', standing: 'active', zoomStanding: 'active' };
const gone: Meaning = { type: 'removed', standing: 'gone', zoomStanding: 'gone' };

/** A `user.created` by an admin may still be pending; Zoom does not say, so its answer to the set does. */
const meanings: ReadonlyMap<string, Meaning> = new Map([
  ['user.created', active],
  ['user.invitation_accepted', active],
  ['user.activated', active],
  ['user.deactivated', { ...gone, zoomStanding: 'inactive' }],
  ['user.deleted', gone],
  ['user.disassociated', gone],
]);

function readEvents(body: unknown): ToldEvent[] {
  const name = readEventName(body);
  if (name === null) return [rejected(body, 'event: not a text')];
  const meaning = meanings.get(name);
  if (!meaning && name !== 'user.updated') return [];
  const told = Told.safeParse(body);
  if (!told.success) {
    const [issue] = told.error.issues;
    return [rejected(body, `${issue?.path.join('.') || 'body'}: ${issue?.message}`)];
  }
  const user = told.data.payload.object;
  const occurredAt = new Date(told.data.event_ts);
  return meaning
    ? [{ ...about(user, occurredAt, nameOf(user)), ...meaning }]
    : readUpdate(body, user, occurredAt);
}

/**
 * `user.updated` carries the changed fields only. A department or company changed in Zoom is no transfer, since
 * Zoom is told such things, it does not decide them.
 */
function readUpdate(body: unknown, user: ZoomUser, occurredAt: Date): ToldEvent[] {
  const name = user.display_name || (user.first_name && user.last_name) ? nameOf(user) : undefined;
  const shown = typeof user.host_key === 'number' ? String(user.host_key) : (user.host_key ?? '');
  const changed: ToldEvent = { ...about(user, occurredAt, name), type: 'changed' };
  if (isHostKey(shown)) changed.seenKey = HostKey.parse(shown);
  const events: ToldEvent[] = changed.mail || changed.name || changed.seenKey ? [changed] : [];
  if (shown === '' || isHostKey(shown)) return events;
  return [...events, rejected(body, 'payload.object.host_key: not 6 to 10 digits')];
}

function about(user: ZoomUser, occurredAt: Date, name: string | undefined): Omit<LifecycleEvent, 'type'> {
  const mail = user.email ? normalise(user.email) : undefined;
  return {
    record: user.id,
    subject: mail ?? user.id,
    occurredAt,
    sequence: 0,
    ...(mail && { mail }),
    ...(name && { name }),
  };
}

function nameOf(user: ZoomUser): string {
  return user.display_name || [user.first_name, user.last_name].filter(Boolean).join(' ');
}

/** As much of a notice as can be told when something in it is wrong. */
const Glimpse = z
  .object({
    event_ts: EventTime.nullable().catch(null),
    payload: z
      .object({
        object: z
          .object({ email: Mail.optional().catch(undefined), id: UserId.optional().catch(undefined) })
          .catch({}),
      })
      .catch({ object: {} }),
  })
  .catch({ event_ts: null, payload: { object: {} } });

function rejected(body: unknown, reason: string): ToldEvent {
  const { event_ts, payload } = Glimpse.parse(body);
  const { email, id } = payload.object;
  const subject = email ? normalise(email) : (id ?? 'unknown');
  return { rejected: true, subject, occurredAt: event_ts === null ? null : new Date(event_ts), reason };
}
