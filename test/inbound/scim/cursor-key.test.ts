import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isSortKey } from '../../../src/inbound/scim/cursor-key.js';
import { openListBed, type ListBed } from './listing.js';

let bed: ListBed;
beforeAll(async () => {
  bed = await openListBed();
});
afterAll(() => bed.close());

const digit = fc.constantFrom('0', '1', '2', '3', '9');
const digits = (count: number) => fc.string({ unit: digit, minLength: count, maxLength: count });
const zone = fc.constantFrom('+00', '-02:30', '+14', '+00:53:28', '+15:59:59', '+16', '');

/** Near the edge of what is a sort key. */
const KEYS: Record<string, fc.Arbitrary<string>> = {
  text: fc.string({ unit: 'binary' }),
  numeric: fc.stringMatching(/^-?[0-9]{0,30}(\.[0-9]{0,30})?$/),
  boolean: fc.constantFrom('true', 'false', 't', ''),
  uuid: fc.oneof(fc.uuid(), fc.stringMatching(/^[0-9a-f-]{36}$/)),
  timestamptz: fc
    .tuple(digits(4), digits(2), digits(2), digits(2), digits(2), digits(2), zone, fc.constantFrom('', ' BC'))
    .map(([year, month, day, hour, minute, second, offset, era]) => {
      return `${year}-${month}-${day} ${hour}:${minute}:${second}${offset}${era}`;
    }),
};

test.each(Object.entries(KEYS))(
  'a key of the type %s that is taken fails no statement',
  async (type, keys) => {
    await fc.assert(
      fc.asyncProperty(keys, async (key) => {
        fc.pre(isSortKey(type, key));
        await expect(bed.pool.query(`SELECT $1::${type}`, [key])).resolves.toMatchObject({ rowCount: 1 });
      }),
      { numRuns: 50 },
    );
  },
);

test('whatever instant an attribute can have, in whatever time zone the server is, is a key', async () => {
  const [min, max] = [new Date('0001-01-01T00:00:00Z'), new Date('9999-12-31T23:59:59Z')];
  const edges = ['0001-01-01T00:00:00+14:00', '9999-12-31T24:00:00-14:00', '2024-02-29T12:00:00.123456Z'];
  const instant = fc.oneof(
    fc.date({ min, max, noInvalidDate: true }).map((date) => date.toISOString()),
    fc.constantFrom(...edges),
  );
  const client = await bed.pool.connect();
  await fc.assert(
    fc.asyncProperty(
      instant,
      fc.constantFrom('UTC', 'Europe/Berlin', 'Asia/Tokyo', 'America/New_York'),
      async (at, zone) => {
        await client.query(`SET TimeZone = '${zone}'`);
        const { rows } = await client.query<{ key: string }>('SELECT $1::timestamptz::text AS key', [at]);
        expect([rows[0]?.key, isSortKey('timestamptz', rows[0]?.key ?? '')]).toEqual([rows[0]?.key, true]);
      },
    ),
    { numRuns: 100 },
  );
  client.release(true);
});
