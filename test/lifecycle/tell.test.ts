import { describe, expect, test } from '@jest/globals';
import type { LifecycleEvent } from '../../src/lifecycle/event.js';
import { active, at, event, gone, link, person } from './people.js';
import { onlyRecord, orders, told } from './telling.js';

describe('the standing of a record', () => {
  const join = event('r', 1, active);
  const leave = event('r', 2, gone);
  const back = event('r', 3, active);
  test.each<[string, LifecycleEvent[], string]>([
    ['is the newest one told', [join, leave], 'gone'],
    ['is the newest one told, back again', [join, leave, back], 'active'],
    [
      'at equal times follows the sequence',
      [join, { ...leave, occurredAt: join.occurredAt, sequence: -1 }],
      'active',
    ],
    ['at equal times and sequences is gone', [join, { ...leave, occurredAt: join.occurredAt }], 'gone'],
    ['by a newer time beats any sequence', [{ ...join, sequence: 9 }, leave], 'gone'],
  ])('%s, whatever arrives first', (_, events, standing) => {
    for (const order of orders([...events, ...events.slice(0, 1)]))
      expect(onlyRecord(told(person(), order).person).standing).toBe(standing);
  });

  test('is kept for each record of a source by itself', () => {
    const { person: ann } = told(person(), [join, { ...leave, record: 'another' }]);
    expect(ann.records.map(({ record, standing }) => [record, standing])).toEqual([
      ['r', 'active'],
      ['another', 'gone'],
    ]);
  });

  test('is not changed by an event that tells none', () => {
    const { person: ann } = told(person(), [join, event('r', 5, { name: 'Ann' })]);
    expect(onlyRecord(ann)).toMatchObject({ standing: 'active', standingAt: at(1) });
  });
});

describe('the facts of a record', () => {
  const tellings = [
    event('r', 1, { name: 'Ann Old', attributes: { department: 'Sales' } }),
    event('r', 2, { name: 'Ann New' }),
    event('r', 3, { attributes: { department: 'Law' } }),
  ];
  test('each keep the time of their own newest telling, whatever arrives first', () => {
    for (const order of orders(tellings)) {
      const { facts } = onlyRecord(told(person(), order).person);
      expect(facts).toEqual({
        name: { value: 'Ann New', at: at(2), sequence: 0 },
        department: { value: 'Law', at: at(3), sequence: 0 },
      });
    }
  });

  test('told differently for the same moment end the same, whatever arrives first', () => {
    const same = ['Ann', 'Anna', 'Anne'].map((name) => event('r', 1, { name }));
    const names = orders(same).map((order) => told(person(), order).person.name);
    expect(new Set(names)).toEqual(new Set(['Anne']));
  });

  test('of two sources, the newest name is shown, whatever arrives first', () => {
    const [old, young] = [event('r', 1, { name: 'Old' }), event('s', 2, { name: 'Young' })];
    const later = told(told(person(), [old]).person, [young], 'ad').person;
    const earlier = told(told(person(), [young], 'ad').person, [old]).person;
    expect([later.name, earlier.name]).toEqual(['Young', 'Young']);
  });

  test("a mail that is somebody else's by now is not shown, whatever the record says", () => {
    const links = [link('mail', 'old@example.com'), link('mail', 'ann@example.com')];
    const says = [event('r', 1, { mail: 'ann@example.com' }), event('s', 2, { mail: 'bob@example.com' })];
    expect(told(person({ links }), says).person.mail).toBe('ann@example.com');
  });

  test('for want of a mail, a user name that is one is shown', () => {
    const links = [link('mail', 'ann@example.com', at(1)), link('mail', 'former@example.com', at(0))];
    expect(told(person({ links }), [event('r', 1, active)]).person.mail).toBe('ann@example.com');
  });
});
