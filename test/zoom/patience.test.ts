import { afterEach, expect, test } from '@jest/globals';
import { startRehearsalZoom } from '../../src/rehearsal/zoom.js';
import { createZoomClient } from '../../src/zoom/client.js';
import type { CallLabel } from '../../src/zoom/budget.js';
import { createWaitingLine, type Priority } from '../../src/zoom/waiting-line.js';
import { waitFor } from '../harness/wait-for.js';
import { closeAll, closeLater, createTokenFor, setKey } from './clients.js';
import { silent } from './stores.js';

afterEach(closeAll);

test('who runs out of patience leaves the line and is not sent', async () => {
  const zoom = await startRehearsalZoom();
  closeLater(zoom.close);
  const line = createWaitingLine();
  const budget = {
    grant: (_label: CallLabel, priority: Priority, signal?: AbortSignal) => line.join(priority, signal),
    pause: () => Promise.resolve(),
  };
  const token = createTokenFor(zoom);
  const client = createZoomClient({ apiUrl: zoom.apiUrl, token, budget, timeoutMs: 2_000, log: silent });
  closeLater(client.close);
  const { id } = zoom.users.add({ email: 'jill@example.com' });
  const impatient = setKey(client, id, { patienceMs: () => 20 });
  await expect(impatient).rejects.toMatchObject({ code: 'LEASE_TOO_SHORT', sent: 'no', then: 'rate' });
  expect(line.length).toBe(0);
  const patient = setKey(client, id, { patienceMs: () => 60_000 });
  await waitFor('the call to wait', () => line.length === 1);
  line.admitFirst({ grantedAt: new Date() });
  await patient;
  expect(zoom.log.requests).toHaveLength(1);
});

test('whether there is still time is asked when the turn has come, and last of all', async () => {
  const zoom = await startRehearsalZoom();
  closeLater(zoom.close);
  const order: string[] = [];
  const budget = {
    grant: () => Promise.resolve(void order.push('granted')).then(() => ({ grantedAt: new Date() })),
    pause: () => Promise.resolve(),
  };
  const token = createTokenFor(zoom);
  const client = createZoomClient({ apiUrl: zoom.apiUrl, token, budget, timeoutMs: 2_000, log: silent });
  closeLater(client.close);
  const { id } = zoom.users.add({ email: 'jill@example.com' });
  const patienceMs = () => 1_000 * order.push(`asked, ${zoom.log.requests.length} sent`);
  await setKey(client, id, { patienceMs });
  expect(order).toEqual(['asked, 0 sent', 'granted', 'asked, 0 sent']);
  const left = [20, -1];
  const refused = setKey(client, id, { patienceMs: () => left.shift()! });
  await expect(refused).rejects.toMatchObject({ code: 'LEASE_TOO_SHORT', sent: 'no' });
  expect(zoom.log.requests).toHaveLength(1);
});
