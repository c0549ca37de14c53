import { startTestPostgres } from './postgres.ts';

/** Plain JavaScript, so that Jest hands it to Node (and tsx) as it is. */
export default async function setUp() {
  const stop = await startTestPostgres();
  globalThis.stopTestPostgres = stop;
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => stop().finally(() => process.exit(1)));
  }
}
