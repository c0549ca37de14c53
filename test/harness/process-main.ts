/**
 * A process of its own for tests: the service's inside as its environment says. Takes in what it is sent, works once
 * it is told to, and kills itself the first time it comes to the failpoint named.
 */
import { openCore } from '../../src/assemble/core.js';
import { startWork } from '../../src/assemble/work.js';
import { openZoom } from '../../src/assemble/zoom.js';
import { readConfig } from '../../src/config.js';
import { createLog } from '../../src/log.js';
import type { Order } from './process.js';

const [deadly, durations = '{}'] = process.argv.slice(2);
const failpoint = (name: string) => {
  if (name === deadly) process.kill(process.pid, 'SIGKILL');
};
const config = readConfig(process.env);
const core = await openCore({ config, log: createLog({ level: 'warn' }), failpoint });
Object.assign(core.durations, JSON.parse(durations));
const zoom = openZoom(core);
process.on('message', (order: Order) => {
  if (order === 'work') startWork(core, zoom, () => process.exit(3));
  else void core.acceptor.accept(order);
});
process.on('disconnect', () => process.exit());
process.send?.('ready');
