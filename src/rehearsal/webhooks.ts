import type { Clock } from './clock.js';
import type { Settings, Webhook } from './options.js';
import type { Poster } from './post.js';

export interface DeliveryAttempt {
  sentAtMs: number;
  /** Of `x-zm-request-timestamp`: each attempt is signed afresh. */
  timestamp: string;
  status?: number;
  failure?: string;
}

/** One event on its way. `refused`: an answer Zoom does not retry. `lost`: the third retry failed too. */
export interface Delivery {
  event: string;
  /** Exactly what is sent, each time. */
  body: string;
  state: 'sending' | 'retrying' | 'delivered' | 'refused' | 'lost';
  attempts: DeliveryAttempt[];
}

export interface EventPayload {
  /** False for the events Zoom sends without saying who did it. */
  byOperator?: boolean;
  creation_type?: string;
  object: Record<string, unknown>;
  old_object?: Record<string, unknown>;
}

export interface Webhooks {
  readonly deliveries: readonly Readonly<Delivery>[];
  current(): Webhook | undefined;
  set(webhook: Webhook | null): void;
  /** Does nothing while no webhook is set, like an app without a subscription. */
  send(event: string, payload: EventPayload): void;
  /** The same body once more, as Zoom is known to do: a new entry among the deliveries. */
  redeliver(delivery: Readonly<Delivery>): void;
}

const MINUTE_MS = 60_000;
/** After the failure before: the last retry comes 85 minutes after the event. */
const RETRY_DELAYS_MS = [5 * MINUTE_MS, 20 * MINUTE_MS, 60 * MINUTE_MS];

interface Parts {
  settings: Settings;
  clock: Clock;
  poster: Poster;
  webhook: Webhook | undefined;
}

export function createWebhooks({ settings, clock, poster, webhook }: Parts): Webhooks {
  const deliveries: Delivery[] = [];
  let current = webhook;

  async function attempt(delivery: Delivery, retries: number): Promise<void> {
    if (current === undefined) {
      delivery.state = 'lost';
      return;
    }
    const sentAtMs = Date.now();
    const result = await poster.post(current, delivery.body);
    const outcome = 'status' in result ? { status: result.status } : { failure: result.failure };
    delivery.attempts.push({ sentAtMs, timestamp: result.timestamp, ...outcome });
    delivery.state = stateAfter(outcome.status, retries);
    const delayMs = RETRY_DELAYS_MS[retries];
    if (delivery.state === 'retrying' && delayMs !== undefined) {
      clock.after(clock.scaled(delayMs), () => void attempt(delivery, retries + 1));
    }
  }

  function deliver(event: string, body: string): void {
    const delivery: Delivery = { event, body, state: 'sending', attempts: [] };
    deliveries.push(delivery);
    void attempt(delivery, 0);
  }

  return {
    deliveries,
    current: () => current,
    set(webhook) {
      current = webhook ?? undefined;
    },
    send(event, payload) {
      if (current !== undefined) deliver(event, JSON.stringify(envelope(settings, event, payload)));
    },
    redeliver: ({ event, body }) => deliver(event, body),
  };
}

function envelope(
  settings: Settings,
  event: string,
  { byOperator = true, ...payload }: EventPayload,
): unknown {
  const operator = byOperator ? { operator: settings.ownerEmail, operator_id: settings.ownerId } : {};
  return {
    event,
    event_ts: Date.now(),
    payload: { account_id: settings.accountId, ...operator, ...payload },
  };
}

/** 200 and 204 are success; 5xx and transport errors are retried; anything else is an answer, and final. */
function stateAfter(status: number | undefined, retries: number): Delivery['state'] {
  if (status === 200 || status === 204) return 'delivered';
  if (status !== undefined && status < 500) return 'refused';
  return retries < RETRY_DELAYS_MS.length ? 'retrying' : 'lost';
}
