/** One process of the service, web or worker, as its environment says; it says where it listens once it is ready. */
import { openCore } from '../../src/assemble/core.js';
import { createReadiness } from '../../src/assemble/readiness.js';
import { createShapes } from '../../src/inbound/scim/shape.js';
import { startWeb } from '../../src/assemble/web.js';
import { startWork } from '../../src/assemble/work.js';
import { openZoom } from '../../src/assemble/zoom.js';
import { readConfig } from '../../src/config.js';
import { createLog } from '../../src/log.js';

const [part, durations = '{}'] = process.argv.slice(2);
const config = readConfig(process.env);
const core = await openCore({ config, log: createLog({ level: config.logLevel }) });
Object.assign(core.durations, JSON.parse(durations));
let url: string | null = null;
const { health } = createReadiness(core, { web: true, workGoesOn: () => true });
if (part === 'web') url = (await startWeb(core, { health, shapes: createShapes() })).url;
else startWork(core, openZoom(core), () => process.exit(3));
process.on('disconnect', () => process.exit());
process.send?.({ url });
