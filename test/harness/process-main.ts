/**
 * A process of its own for tests: the service's inside as its environment says. Takes in what it is sent, works once
 * it is told to, and kills itself the first time it comes to the failpoint named.
 */
import { openCore } from '../../src/assemble/core.js';
import { startWork } from '../../src/assemble/work.js';
import { openZoom } from '../../src/assemble/zoom.js';
import { readConfig } from '../../src/config.js';
import type { Workers } from '../../src/jobs/worker.js';
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
let workers: Workers | undefined;
process.on('message', (order: Order) => {
  if (order === 'work') workers = startWork(core, zoom, () => process.exit(3));
  else if (order === 'stop') void stop();
  else void core.acceptor.accept(order);
});
async function stop() {
  await workers?.drain();
  zoom.close();
  await core.close();
  // BullMQ's timers outlive a worker whose Redis is away.
  process.exit();
}
process.on('disconnect', () => process.exit());
process.send?.('ready');
