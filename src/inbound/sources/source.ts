import type { HostKey } from '../../lifecycle/host-key.js';
import type { LifecycleEvent, RejectedEvent } from '../../lifecycle/event.js';

/** One POST as it came, before anything about it is believed. */
export interface Delivery {
  raw: Uint8Array;
  /** Names in lower case. */
  headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** What a delivery is checked with. `secrets` holds two during a rotation; either will do. */
export interface Proof {
  secrets: readonly string[];
  nowMs: number;
  /** How far a signed time may be from now, either way. */
  windowMs: number;
}

/** `secret` is the one that proved it; a handshake is answered with the same. */
export type Verdict =
  | { genuine: true; secret: string }
  | { genuine: false; code: 'WEBHOOK_SIGNATURE_INVALID' | 'WEBHOOK_TIMESTAMP_STALE'; detail: string };

/** A handshake, by which a sender makes sure that the receiver knows the secret: it is answered, never kept. */
export type Greeting = { answer: Record<string, string> } | { refused: string };

/** How a repeat of a notice is known: by the sender's own id of it, or by a hash. */
export interface NoticeKey {
  value: string;
  byHash: boolean;
}

/** An event as read; the seen key is replaced by its keyed hashes before it is kept. */
export type ToldEvent = (LifecycleEvent & { seenKey?: HostKey }) | RejectedEvent;

/** What a notice says. Nothing in it but `seenKey` is secret. */
export interface Reading {
  /** What may be stored of the body: JSON that PostgreSQL takes, secrets cut out. */
  body: unknown;
  events: ToldEvent[];
}

/**
 * A kind of webhook source. All of it is pure: no clock, chance or network. Raw body, size, JSON, repeats,
 * storage and errors are the router's.
 */
export interface WebhookKind {
  name: string;
  limitBytes: number;
  /** What the sender takes as "kept". */
  success: { status: number; body: Record<string, never> };
  /** Asked before the body is parsed. */
  verify(delivery: Delivery, proof: Proof): Verdict;
  /** Asked only of genuine deliveries; null when this is no handshake. */
  greet?(body: unknown, secret: string): Greeting | null;
  identify(delivery: Delivery, secret: string): NoticeKey;
  /** Never throws: what cannot be read becomes a rejected event, so that the notice is kept all the same. */
  read(body: unknown): Reading;
}
