/**
 * A process of its own for tests: the service's inside as its environment says, with workers. Takes in what it is
 * sent, and kills itself the first time it comes to the failpoint named.
 */
import { openCore } from '../../src/assemble/core.js';
import { startWork } from '../../src/assemble/work.js';
import { openZoom } from '../../src/assemble/zoom.js';
import { readConfig } from '../../src/config.js';
import type { Intake } from '../../src/jobs/intake.js';
import { createLog } from '../../src/log.js';

const [deadly] = process.argv.slice(2);
const failpoint = (name: string) => {
  if (name === deadly) process.kill(process.pid, 'SIGKILL');
};
const config = readConfig(process.env);
const core = await openCore({ config, log: createLog({ level: 'warn' }), failpoint });
startWork(core, openZoom(core), () => process.exit(3));
process.on('message', (intake: Intake) => void core.acceptor.accept(intake));
process.send?.('ready');
