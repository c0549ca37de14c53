import { afterEach, expect, test } from '@jest/globals';
import { startRehearsalZoom } from '../../src/rehearsal/zoom.js';
import { createZoomClient } from '../../src/zoom/client.js';
import { closeAll, closeLater, createTokenFor, setKey } from './clients.js';
import { silent } from './stores.js';

afterEach(closeAll);

test('whether a call may still be made is asked when its turn has come, and last of all', async () => {
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
  await setKey(client, id, { beforeSend: () => order.push(`asked, ${zoom.log.requests.length} sent`) > 0 });
  expect(order).toEqual(['granted', 'asked, 0 sent']);
  const refused = setKey(client, id, { beforeSend: () => false });
  await expect(refused).rejects.toMatchObject({ code: 'LEASE_TOO_SHORT', sent: 'no' });
  expect(zoom.log.requests).toHaveLength(1);
});
