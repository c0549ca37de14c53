import { expect, test } from '@jest/globals';
import { startRehearsalZoom } from '../../src/rehearsal/zoom.js';
import { createCaller, until } from './caller.js';
import { startReceiver } from './receiver.js';

test('closing cuts slow answers, late changes and waiting retries, and may be repeated', async () => {
  const receiver = await startReceiver(() => ({ status: 500 }));
  const zoom = await startRehearsalZoom({ webhook: { url: receiver.url, secret: 's' } });
  const { id } = zoom.users.add({ email: 'ann@example.com', hostKey: '700300' });
  const caller = createCaller(zoom);

  zoom.faults.applyLate(1, 50, 'hold');
  const hanging = expect(caller.patch(id, { host_key: '482915' })).rejects.toThrow();
  zoom.faults.slow(60_000);
  const slow = expect(caller.get('/users')).rejects.toThrow();
  zoom.portal.create({ email: 'bea@example.com' });
  await until(() => zoom.log.requests.length === 2 && zoom.deliveries[0]?.state === 'retrying');

  await Promise.all([zoom.close(), hanging, slow]);
  await zoom.close();
  await expect(fetch(zoom.apiUrl)).rejects.toThrow();
  await receiver.close();
});

test('a port that is taken is an error, not a silent other port', async () => {
  const first = await startRehearsalZoom();
  await expect(startRehearsalZoom({ port: Number(new URL(first.apiUrl).port) })).rejects.toMatchObject({
    code: 'EADDRINUSE',
  });
  await first.close();
});
