import { describe, expect, test } from '@jest/globals';
import type { LifecycleEvent } from '../../src/lifecycle/event.js';
import { linksOf } from '../../src/lifecycle/links.js';
import { event, identifier } from './people.js';
import { ann } from './resolving.js';

describe('the links of an event', () => {
  test('are its immutable ids, its mail, and a user name that is a mail', () => {
    const kinds = ['okta-id', 'graph-id', 'ad-sid', 'ad-guid', 'external-id'] as const;
    const ids = kinds.map((kind) => identifier(kind, `${kind} 1`));
    const told = event('r', 0, {
      mail: 'Ann@Example.com',
      identifiers: [identifier('user-name', ' asmith@example.com'), ...ids],
    });
    expect(linksOf(told).map(({ kind, value }) => `${kind}: ${value}`)).toEqual([
      'okta-id: okta-id 1',
      'graph-id: graph-id 1',
      'ad-sid: ad-sid 1',
      'ad-guid: ad-guid 1',
      'mail: ann@example.com',
      'mail: asmith@example.com',
    ]);
  });

  test.each<[string, Partial<LifecycleEvent>, string[]]>([
    ['name nobody by what is empty', { mail: '', identifiers: [identifier('okta-id', ' ')] }, []],
    ['name nobody by a mail that is gone', { mail: null }, []],
    ['name nobody by a user name that is no mail', { identifiers: [identifier('user-name', 'asmith')] }, []],
    [
      'name a mail once',
      { ...ann, identifiers: [identifier('user-name', 'ANN@example.com')] },
      ['ann@example.com'],
    ],
  ])('%s', (_, more, values) => {
    expect(linksOf(event('r', 0, more)).map((one) => one.value)).toEqual(values);
  });
});
