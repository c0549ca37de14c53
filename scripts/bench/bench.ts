import { parseArgs } from 'node:util';
import { benchDirectory } from './directory.js';
import { benchFailing } from './failing.js';
import { benchIngest } from './ingest.js';
import { benchLookup } from './lookup.js';
import { benchMemory } from './memory.js';
import { benchPatch } from './patch.js';
import { benchRecovery } from './recovery.js';
import { benchSoak } from './soak.js';
import { benchSources } from './sources.js';
import { benchWalk } from './walk.js';
import { benchWorkers } from './workers.js';
import { benchWork } from './work.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { minutes: { type: 'string', default: '20' } },
});

const benches: Record<string, () => Promise<void>> = {
  lookup: benchLookup,
  ingest: benchIngest,
  patch: benchPatch,
  directory: benchDirectory,
  walk: benchWalk,
  sources: benchSources,
  work: benchWork,
  memory: benchMemory,
  recovery: benchRecovery,
  workers: benchWorkers,
  failing: benchFailing,
  soak: () => benchSoak(Number(values.minutes)),
};

for (const name of positionals) if (!benches[name]) throw new Error(`there is no bench ${name}`);
for (const [name, run] of Object.entries(benches)) {
  if (positionals.length === 0 || positionals.includes(name)) await run();
}
