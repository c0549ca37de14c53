import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { createAcceptor } from '../../src/jobs/accept.js';
import type { Accepted, Acceptor, Intake, ScimWrite } from '../../src/jobs/intake.js';
import type { Tell } from '../../src/jobs/relay.js';
import { openDatabase } from '../../src/records/database.js';
import { addSource, intakeOf, joined, left, told } from '../harness/people.js';
import { startCore, type TestCore } from '../harness/service.js';
import { waitFor } from '../harness/wait-for.js';

let service: TestCore;
let sourceId: string;
let people = 0;
let mail: string;

beforeAll(async () => {
  service = await startCore({}, { workers: false });
  sourceId = await addSource(service.core, 'scim');
});
afterAll(() => service.close());
beforeEach(() => {
  mail = `person${++people}@example.com`;
});

const silent: Tell = { people: () => undefined, jobs: () => undefined };

/** Another process's way in, as far as the database can tell. */
function acceptorWith(more: { pool?: pg.Pool; tell?: Tell } = {}): Acceptor {
  const { core } = service;
  return createAcceptor({ ...core, pool: core.database.pool, tell: silent, rotateOnTransfer: true, ...more });
}

function outcomes(accepted: Accepted[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { outcome } of accepted) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}

function notice(key: string, byHash = false): Intake {
  return { ...intakeOf(sourceId, joined(mail)), noticeKey: { value: key, byHash } };
}

async function kept() {
  const { prisma } = service.core.database;
  const people = await prisma.person.findMany({ where: { mail } });
  const personId = { in: people.map((person) => person.id) };
  const events = await prisma.event.findMany({ where: { subject: mail } });
  const jobs = await prisma.job.findMany({ where: { personId } });
  return { people: people.length, events: events.length, jobs: jobs.length };
}

describe('a notice', () => {
  test('that comes 50 times at once, to two processes, has the effect of one', async () => {
    const processes = [acceptorWith(), acceptorWith()];
    const all = Array.from({ length: 50 }, (_, index) => processes[index % 2]!.accept(notice(`id-${mail}`)));
    expect(outcomes(await Promise.all(all))).toEqual({ kept: 1, repeat: 49 });
    expect(await kept()).toEqual({ people: 1, events: 1, jobs: 1 });
  });

  test('without an id of its own, but of the same person, changes nothing the second time', async () => {
    const all = Array.from({ length: 20 }, () => acceptorWith().accept(intakeOf(sourceId, joined(mail))));
    await Promise.all(all);
    expect(await kept()).toMatchObject({ people: 1, jobs: 1 });
  });

  test('known by its hash is a new one after two hours, known by its id never', async () => {
    const { accept } = acceptorWith();
    await accept(notice(`hash-${mail}`, true));
    await accept(notice(`id-${mail}`));
    expect(await accept(notice(`hash-${mail}`, true))).toMatchObject({ outcome: 'repeat' });
    await service.core.database.pool.query(
      "UPDATE notices SET received_at = received_at - interval '2 hours 1 second' WHERE key LIKE '%' || $1",
      [mail],
    );
    expect(await accept(notice(`hash-${mail}`, true))).toMatchObject({ outcome: 'kept' });
    expect(await accept(notice(`hash-${mail}`, true))).toMatchObject({ outcome: 'repeat' });
    expect(await accept(notice(`id-${mail}`))).toMatchObject({ outcome: 'repeat' });
  });

  test('is committed whole when its acceptance is told', async () => {
    const accepted = await acceptorWith().accept(notice(`id-${mail}`));
    expect(accepted).toMatchObject({ outcome: 'kept', events: [{ outcome: 'applied' }] });
    expect(await kept()).toEqual({ people: 1, events: 1, jobs: 1 });
  });

  test('with a bad event in it sets that aside with its reason, and the others go on', async () => {
    const bad = { rejected: true, subject: mail, occurredAt: null, reason: 'no id' } as const;
    const accepted = await acceptorWith().accept(intakeOf(sourceId, bad, joined(mail)));
    expect(accepted.events).toEqual([
      { outcome: 'rejected', reason: 'no id' },
      { outcome: 'applied', reason: expect.any(String) },
    ]);
    expect(await kept()).toEqual({ people: 1, events: 2, jobs: 1 });
  });

  test('that cannot be kept fails alone, though it came together with others', async () => {
    const { accept } = acceptorWith();
    const bad = { ...intakeOf(sourceId, joined(mail)), body: { name: 'a\u0000b' } };
    const others = Array.from({ length: 5 }, (_, index) => `${index}-${mail}`);
    const [refused, ...accepted] = await Promise.allSettled([
      accept(bad),
      ...others.map((one) => accept(intakeOf(sourceId, joined(one)))),
    ]);
    expect(refused).toMatchObject({ status: 'rejected' });
    expect(accepted.map((result) => result.status)).toEqual(Array(5).fill('fulfilled'));
    expect(await kept()).toEqual({ people: 0, events: 0, jobs: 0 });
    expect(await service.core.database.prisma.person.count({ where: { mail: { in: others } } })).toBe(5);
  });

  test('of a source that may not speak for that mail is kept, and does nothing', async () => {
    const id = await addSource(service.core, 'scim', `of ${mail}`);
    await service.core.database.prisma.source.update({ where: { id }, data: { domains: ['other.example'] } });
    const accepted = await acceptorWith().accept(intakeOf(id, joined(mail)));
    expect(accepted.events).toEqual([
      { outcome: 'rejected', reason: expect.stringContaining('example.com') },
    ]);
    expect(await kept()).toEqual({ people: 0, events: 1, jobs: 0 });
  });

  test('of a source limited to its domain claims no other mail by way of a user name', async () => {
    const id = await addSource(service.core, 'scim', `limited ${mail}`);
    await service.core.database.prisma.source.update({ where: { id }, data: { domains: ['own.example'] } });
    const identifiers = [{ kind: 'user-name' as const, value: mail }];
    const event = joined('somebody@own.example', { identifiers });
    const accepted = await acceptorWith().accept(intakeOf(id, event));
    expect(accepted.events).toEqual([
      { outcome: 'rejected', reason: expect.stringContaining('example.com') },
    ]);
    expect(await service.core.database.prisma.link.count({ where: { value: mail } })).toBe(0);
  });
});

describe('SCIM writes', () => {
  const scim = (id: string, more: Partial<ScimWrite> = {}): Intake => {
    const row = { id, nameKey: mail, externalId: null, active: true, type: 'User' as const, resource: {} };
    const write = { write: 'create' as const, row, ...more } as ScimWrite;
    return { ...intakeOf(sourceId, joined(mail, { record: id })), scim: write };
  };

  test('of the same name at once: one is kept, the others find it taken', async () => {
    const processes = [acceptorWith(), acceptorWith()];
    const all = Array.from({ length: 20 }, (_, index) =>
      processes[index % 2]!.accept(scim(service.core.newId())),
    );
    expect(outcomes(await Promise.all(all))).toEqual({ kept: 1, 'name-taken': 19 });
    expect(await kept()).toEqual({ people: 1, events: 1, jobs: 1 });
  });

  test('of the same version at once: one is kept, the others find it changed', async () => {
    const id = service.core.newId();
    await acceptorWith().accept(scim(id));
    const replaced = scim(id, { write: 'replace', expectedVersion: 1 });
    const all = Array.from({ length: 10 }, () => acceptorWith().accept(replaced));
    expect(outcomes(await Promise.all(all))).toEqual({ kept: 1, 'version-changed': 9 });
    const again = acceptorWith().accept(scim(id, { write: 'replace', expectedVersion: 2 }));
    expect(await again).toMatchObject({ outcome: 'kept', version: 3 });
  });

  test('free the name of what is deleted', async () => {
    const id = service.core.newId();
    await acceptorWith().accept(scim(id));
    const gone: Intake = {
      ...intakeOf(sourceId, left(mail, { record: id })),
      scim: { write: 'delete', id, expectedVersion: 1 },
    };
    expect(await acceptorWith().accept(gone)).toMatchObject({ outcome: 'kept' });
    expect(await acceptorWith().accept(gone)).toMatchObject({ outcome: 'version-changed' });
    expect(await acceptorWith().accept(scim(service.core.newId()))).toMatchObject({ outcome: 'kept' });
  });
});

describe('the queue', () => {
  test('is told after the commit, never before', async () => {
    const seen: Promise<number>[] = [];
    const tell: Tell = { ...silent, people: () => void seen.push(kept().then(({ jobs }) => jobs)) };
    await acceptorWith({ tell }).accept(intakeOf(sourceId, joined(mail)));
    expect(await Promise.all(seen)).toEqual([1]);
  });

  test('is told nothing of what was not kept', async () => {
    let told = 0;
    const tell: Tell = { ...silent, people: () => void told++ };
    const bad = { ...intakeOf(sourceId, joined(mail)), body: { name: '\u0000' } };
    await expect(acceptorWith({ tell }).accept(bad)).rejects.toThrow();
    expect(told).toBe(0);
  });
});

describe('while PostgreSQL', () => {
  test('cannot be reached, nothing is accepted', async () => {
    const url = new URL(service.core.databaseUrl);
    url.port = '1';
    const database = openDatabase({ url: url.href, log: service.core.log });
    const { accept } = acceptorWith({ pool: database.pool });
    const all = await Promise.allSettled([1, 2, 3].map(() => accept(notice(`id-${mail}`))));
    await database.close();
    for (const result of all)
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'STORE_UNAVAILABLE' } });
  });

  test('breaks off in the middle, nothing is kept, and the same notice is welcome afterwards', async () => {
    await acceptorWith().accept(intakeOf(sourceId, joined(mail)));
    const holdUp = new pg.Client({ connectionString: service.core.databaseUrl });
    await holdUp.connect();
    await holdUp.query('BEGIN');
    await holdUp.query('SELECT FROM people WHERE mail = $1 FOR UPDATE', [mail]);
    const leaving = { ...intakeOf(sourceId, left(mail)), noticeKey: { value: `id-${mail}`, byHash: false } };
    const accepted = acceptorWith()
      .accept(leaving)
      .catch((error: unknown) => error);
    const waiting = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'
      AND datname = current_database()`;
    await waitFor('it to be cut off', async () => ((await holdUp.query(waiting)).rowCount ?? 0) > 0);
    expect(await accepted).toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await holdUp.query('ROLLBACK');
    await holdUp.end();
    expect(await kept()).toEqual({ people: 1, events: 1, jobs: 1 });
    expect(await acceptorWith().accept(leaving)).toMatchObject({ outcome: 'kept' });
  });
});

test('two found to be one person leave a line in the audit, and one set of jobs', async () => {
  const other = `other-${mail}`;
  const { accept } = acceptorWith();
  const identifiers = [{ kind: 'okta-id' as const, value: `00u${people}` }];
  await accept(intakeOf(sourceId, joined(mail, { record: `a ${mail}` })));
  await accept(intakeOf(sourceId, joined(other, { record: `b ${mail}`, identifiers })));
  await accept(intakeOf(sourceId, told(mail, { record: `a ${mail}`, identifiers })));
  const { prisma } = service.core.database;
  const [gone, ...more] = await prisma.person.findMany({ where: { mergedInto: { not: null } } });
  expect(more).toEqual([]);
  expect(await prisma.audit.findMany({ where: { action: 'people.merged' } })).toMatchObject([
    { personId: gone!.mergedInto, detail: { merged: gone!.id } },
  ]);
  const unfinished = await prisma.job.findMany({
    where: { personId: { in: [gone!.id, gone!.mergedInto!] }, finishedAt: null },
  });
  expect(unfinished).toMatchObject([{ personId: gone!.mergedInto, action: 'set' }]);
});

test('people who are spoken of crosswise at once do not lock each other out', async () => {
  const mails = Array.from({ length: 8 }, (_, index) => `${index}-${mail}`);
  const all = Array.from({ length: 40 }, (_, index) => {
    const events = [...mails.slice(index % 8), ...mails.slice(0, index % 8)].map((one) => joined(one));
    return acceptorWith().accept(intakeOf(sourceId, ...(index % 2 ? events : events.reverse())));
  });
  expect(outcomes(await Promise.all(all))).toEqual({ kept: 40 });
  expect(await service.core.database.prisma.person.count({ where: { mail: { in: mails } } })).toBe(8);
});
