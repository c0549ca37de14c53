import type { WebhookKind } from './source.js';
import { zoom } from './zoom.js';

const kinds: readonly WebhookKind[] = [zoom];

/** Every kind of webhook source there is, by its name. */
export const webhookKinds: ReadonlyMap<string, WebhookKind> = new Map(kinds.map((kind) => [kind.name, kind]));
