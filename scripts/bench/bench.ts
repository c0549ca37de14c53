import { benchIngest } from './ingest.js';
import { benchWork } from './work.js';

const benches: Record<string, () => Promise<void>> = { ingest: benchIngest, work: benchWork };
const asked = process.argv.slice(2);

for (const [name, run] of Object.entries(benches)) {
  if (asked.length === 0 || asked.includes(name)) await run();
}
