/** A process of its own for tests: opens the embedded database, says its URL (as another user, if told so), and releases it when stdin ends. */
import { openEmbedded } from '../../src/records/embedded/open.js';

const [dataDir = '', uid, gid] = process.argv.slice(2);
if (gid !== undefined) process.setgid?.(Number(gid));
if (uid !== undefined) process.setuid?.(Number(uid));
const { url, release } = await openEmbedded({ dataDir });
process.stdout.write(`${url}\n`);
for await (const _ of process.stdin);
await release();
