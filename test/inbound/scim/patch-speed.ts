/** Prints what 1,000 operations of several kinds take, as JSON: to be run by itself, since Jest's sandbox is slow. */
import { readOperations } from '../../../src/inbound/scim/operations.js';
import { patchUser, readUser } from '../../../src/inbound/scim/user-resource.js';
import { ENTERPRISE_URN } from '../../../src/inbound/scim/schema-enterprise.js';
import { BADGE_URN, badgeShapes } from './badge.js';

const mail = (n: number) => `m${n % 299}@hosts.example`;
const type = (n: number) => ((n % 299) % 2 ? 'work' : 'home');
const emails = Array.from({ length: 299 }, (_, n) => ({ value: mail(n), type: type(n) }));
const visits = emails.map(({ value }, count) => ({ value, count, at: '2008-01-23T04:56:22Z' }));
const shape = badgeShapes().User;
const user = readUser(shape, { userName: 'large', emails, [BADGE_URN]: { number: 1, visits } });

const operations: Record<string, (n: number) => object> = {
  'of one attribute': (n) => ({ op: 'replace', path: 'title', value: `t${n}` }),
  'without a path': (n) => ({ op: 'replace', value: { 'name.givenName': `g${n}`, active: 'True' } }),
  'of an extension': (n) => ({ op: 'add', path: `${ENTERPRISE_URN}:department`, value: `d${n}` }),
  'that add to a long list': (n) => ({
    op: 'add',
    path: 'emails',
    value: { value: mail(n), type: type(n), display: `d${n}` },
  }),
  'that fill a list': (n) =>
    n % 299 === 0
      ? { op: 'remove', path: 'emails' }
      : { op: 'add', path: 'emails', value: { value: mail(n) } },
  'that search a long list': (n) => ({
    op: 'add',
    path: `emails[value eq "${mail(n)}"].display`,
    value: `d${n}`,
  }),
  'that compare times': (n) => ({
    op: 'remove',
    path: `${BADGE_URN}:visits[at gt "2009-01-23T04:56:22Z" and count eq ${n}]`,
  }),
};

/** What the cheapest of some runs took of a processor, in milliseconds: how busy the machine is does not count. */
function timeOf(operation: (n: number) => object): number {
  const body = { Operations: Array.from({ length: 1_000 }, (_, n) => operation(n)) };
  const runs = Array.from({ length: 8 }, () => {
    const start = process.cpuUsage();
    patchUser(shape, user, readOperations(body));
    const { user: own, system } = process.cpuUsage(start);
    return (own + system) / 1_000;
  });
  return Math.min(...runs);
}

const times = Object.entries(operations).map(([what, operation]) => [what, timeOf(operation)]);
process.stdout.write(JSON.stringify(Object.fromEntries(times)));
