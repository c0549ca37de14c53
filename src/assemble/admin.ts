import { createOperations, type Operations } from '../admin/operations.js';
import { webhookKinds } from '../inbound/sources/index.js';
import type { Core } from './core.js';

/** What operators may do, over an open core; `url` is where sources reach us. */
export function openOperations(core: Core, url: string): Operations {
  const { database, acceptor, relay, brake, keys, seal, newId } = core;
  return createOperations({
    pool: database.pool,
    prisma: database.prisma,
    acceptor,
    tell: relay,
    brake,
    keys,
    seal,
    newId,
    now: () => new Date(),
    publicUrl: url,
    webhookKinds: [...webhookKinds.keys()],
  });
}
