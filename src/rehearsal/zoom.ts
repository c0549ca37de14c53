import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { send, zoomError } from './answer.js';
import { answerApiRequest } from './api.js';
import { createClock } from './clock.js';
import { createFaults, type ZoomFaults } from './faults.js';
import { createHostKeys, type HostKeys } from './host-keys.js';
import { createLimits } from './limits.js';
import { createSettings, type RehearsalZoomOptions, type Settings, type Webhook } from './options.js';
import { createPageTokens } from './page-tokens.js';
import { createPortal, type ZoomPortal } from './portal.js';
import { createPoster } from './post.js';
import { createRequestLog, type RequestLog } from './request-log.js';
import { answerTokenRequest } from './token-endpoint.js';
import { createTokens } from './tokens.js';
import { type UrlValidation, validateUrl } from './url-validation.js';
import { createUsers, type ZoomUsers } from './users.js';
import { createWebhooks, type Delivery, type Webhooks } from './webhooks.js';

export interface RehearsalZoom {
  /** Ends in /v2. */
  readonly apiUrl: string;
  readonly tokenUrl: string;
  /** The rules in force; a change counts from the next request on. */
  readonly settings: Settings;
  readonly users: ZoomUsers;
  readonly portal: ZoomPortal;
  readonly faults: ZoomFaults & { inMeeting: HostKeys['inMeeting']; expireToken(): void };
  readonly log: RequestLog;
  readonly tokenLog: RequestLog;
  readonly deliveries: readonly Readonly<Delivery>[];
  /** A token outside the token endpoint, for callers with a fixed one. */
  issueToken(): string;
  /** `null` ends the subscription: later events are not sent at all, waiting retries are lost. */
  setWebhook(webhook: Webhook | null): void;
  redeliver: Webhooks['redeliver'];
  /** Challenges the endpoint set; a TypeError when none is. */
  validateUrl(): Promise<UrlValidation>;
  /** Drops every connection and every waiting retry or late change. */
  close(): Promise<void>;
}

/** Zoom as far as host keys go, on a real port of 127.0.0.1: what it knows and what it gets wrong is in memory only. */
export async function startRehearsalZoom(options: RehearsalZoomOptions = {}): Promise<RehearsalZoom> {
  const parts = createParts(options);
  const server = createServer((incoming, response) => void answerAny(parts, incoming, response));
  server.keepAliveTimeout = 75_000;
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { settings, users, hostKeys, portal, orders, tokens, log, tokenLog, webhooks, poster, clock } = parts;

  return {
    apiUrl: `${origin}/v2`,
    tokenUrl: `${origin}/oauth/token`,
    settings,
    users,
    portal,
    log,
    tokenLog,
    faults: { ...orders, inMeeting: hostKeys.inMeeting, expireToken: tokens.expireAll },
    deliveries: webhooks.deliveries,
    issueToken: tokens.issue,
    setWebhook: webhooks.set,
    redeliver: webhooks.redeliver,
    async validateUrl() {
      const webhook = webhooks.current();
      if (webhook === undefined) throw new TypeError('no webhook is set');
      return validateUrl(poster, webhook);
    },
    async close() {
      clock.stop();
      poster.stop();
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function createParts(options: RehearsalZoomOptions) {
  const settings = createSettings(options);
  const clock = createClock({ settings });
  const poster = createPoster();
  const webhooks = createWebhooks({ settings, clock, poster, webhook: options.webhook });
  const users = createUsers();
  const hostKeys = createHostKeys({ settings, users, webhooks });
  const { orders, pending } = createFaults();
  return {
    settings,
    clock,
    poster,
    webhooks,
    users,
    hostKeys,
    orders,
    faults: pending,
    portal: createPortal({ users, hostKeys, webhooks }),
    tokens: createTokens({ settings }),
    limits: createLimits({ settings, clock }),
    pageTokens: createPageTokens({ clock }),
    log: createRequestLog(),
    tokenLog: createRequestLog(),
  };
}

async function answerAny(
  parts: ReturnType<typeof createParts>,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const isToken = incoming.url?.split('?', 1)[0] === '/oauth/token';
    await (isToken ? answerTokenRequest : answerApiRequest)(parts, incoming, response);
  } catch (error) {
    send(response, zoomError(500, 500, `The rehearsal Zoom itself failed: ${String(error)}`));
  }
}
