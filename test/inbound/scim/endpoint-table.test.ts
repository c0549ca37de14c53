import { expect, test } from '@jest/globals';
import { createEndpointFinder } from '../../../src/inbound/scim/endpoint-table.js';

const endpoint = async () => ({ status: 200 });
const methods = { GET: endpoint };
const find = createEndpointFinder({
  '/Users': methods,
  '/Users/:id': methods,
  '/Users/.search': methods,
  '/Me': methods,
});

test.each<[string, string | undefined, string | undefined]>([
  ['/Users', '/Users', ''],
  ['/users/', '/Users', ''],
  ['Users', '/Users', ''],
  ['/Users/1', '/Users/:id', '1'],
  ['/USERS/Ab/', '/Users/:id', 'Ab'],
  ['Users/1', '/Users/:id', '1'],
  ['/Users/%41%2F', '/Users/:id', 'A/'],
  ['/Users/urn:x:1', '/Users/:id', 'urn:x:1'],
  ['/Users/:id', '/Users/:id', ':id'],
  ['/Users/.Search', '/Users/.search', ''],
  ['/Me', '/Me', ''],
  ['/Me/1', undefined, undefined],
  ['/Users/1/2', undefined, undefined],
  ['/Users%2F1', undefined, undefined],
  ['/Users%2F:id', undefined, undefined],
  ['/Use', undefined, undefined],
  ['/', undefined, undefined],
  ['', undefined, undefined],
  ['/constructor', undefined, undefined],
  ['/__proto__', undefined, undefined],
])('%s', (path, pattern, id) => {
  const target = find(path);
  expect([target?.pattern, target?.id]).toEqual([pattern, id]);
});

test('a path that cannot be decoded is a 400', () => {
  expect(() => find('/Users/%E0')).toThrow(expect.objectContaining({ status: 400 }));
});
