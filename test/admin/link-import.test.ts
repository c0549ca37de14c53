import { Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { LinkImport } from '../../src/admin/operations/link-import.js';
import { openOperations } from '../../src/assemble/admin.js';
import type { LifecycleEvent } from '../../src/lifecycle/event.js';
import { expectAtRest } from '../harness/at-rest.js';
import { addSource, intakeOf, joined, left } from '../harness/people.js';
import { startCore, type TestCore } from '../harness/service.js';
import { type Door, openDoor } from './door.js';

const HEADER = 'SID,ObjectGUID,SamAccountName,UserPrincipalName,Mail';
const sidOf = (number: number) => `S-1-5-21-1004336348-1177238915-682003330-${1000 + number}`;
const guidOf = (number: number) => `d1b4c7e2-0000-4000-8000-${String(number).padStart(12, '0')}`;
const rowOf = (number: number, mail: string) =>
  `${sidOf(number)},${guidOf(number)},user${number},${mail},${mail}`;

let numbers = 0;
let number: number;
beforeEach(() => void (number = ++numbers));

describe('a list of Active Directory', () => {
  let door: Door;
  let sourceId: string;
  beforeAll(async () => {
    door = await openDoor();
    sourceId = await addSource({ database: door.database, newId: door.parts.newId }, 'scim');
  });
  afterAll(() => door.close());

  const join = (mail: string, more: Partial<LifecycleEvent> = {}) =>
    door.acceptor.accept(intakeOf(sourceId, joined(mail, more)));
  const importText = (text: string | Buffer, asked: object = {}): Promise<LinkImport> =>
    door.operations.importLinks('test', asked, Readable.from([Buffer.from(text)]));
  const linksOf = async (mail: string) =>
    (
      await door.sql<{ link: string }>(
        `SELECT kind || ' ' || value AS link FROM links WHERE person_id =
           (SELECT person_id FROM links WHERE kind = 'mail' AND value = $1) ORDER BY 1`,
        [mail],
      )
    ).map((row) => row.link);

  test('ties what it says to the people we know, in any of the encodings that PowerShell writes', async () => {
    for (const encoding of ['utf8', 'utf16le'] as const) {
      const one = ++numbers;
      const mail = `ann${one}@example.com`;
      await join(mail);
      const text = `\uFEFF"${HEADER.replaceAll(',', '";"')}"\r\n"${rowOf(one, mail).replaceAll(',', '";"')}"\r\n`;
      const done = await importText(Buffer.from(text, encoding), { domain: 'CORP' });
      expect(done).toMatchObject({ rows: 1, linked: 1, problems: [] });
      expect(done.columns).toEqual(HEADER.split(','));
      expect(await linksOf(mail)).toEqual([
        `ad-guid ${guidOf(one)}`,
        `ad-sid ${sidOf(one).toLowerCase()}`,
        `mail ${mail}`,
        `user-name corp\\user${one}`,
      ]);
    }
  });

  test('says nothing of standings, and sends nothing', async () => {
    const mail = `bob${number}@example.com`;
    await join(mail);
    const jobs = await door.sql('SELECT * FROM jobs ORDER BY id');
    const standings = await door.sql('SELECT * FROM standings ORDER BY record');
    await importText(`${HEADER}\n${rowOf(number, mail)}\n`);
    expect(await door.sql('SELECT * FROM jobs ORDER BY id')).toEqual(jobs);
    expect(await door.sql('SELECT * FROM standings ORDER BY record')).toEqual(standings);
  });

  test('may be imported again', async () => {
    const mail = `cat${number}@example.com`;
    await join(mail);
    const text = `${HEADER}\n${rowOf(number, mail)}\n`;
    await importText(text);
    expect(await importText(text)).toMatchObject({ linked: 0, unchanged: 1, problems: [] });
  });

  test('tells each row that ties nothing by its line and why, and takes the others', async () => {
    const [mail, other] = [`dan${number}@example.com`, `eve${number}@example.com`];
    await join(mail);
    await join(other, { identifiers: [{ kind: 'ad-sid', value: sidOf(numbers + 501) }] });
    const done = await importText(
      [
        HEADER,
        rowOf(number, mail),
        `S-1-5-32-544,${guidOf(1)},,${mail},`,
        `${sidOf(900)},,,"no mail",`,
        `"unfinished"x,,,,`,
        `${sidOf(901)},,,,`,
        rowOf(902, 'stranger@example.com'),
        rowOf(number, `someone.else${number}@example.com`),
        rowOf(903, other),
      ].join('\r\n'),
    );
    expect(done).toMatchObject({
      rows: 8,
      linked: 1,
      unknown: 1,
      conflict: 1,
      invalid: 4,
      repeated: 1,
      merged: 0,
    });
    expect(done.problems).toEqual([
      { line: 3, reason: expect.stringContaining('SID: must be that of an account') },
      { line: 4, reason: expect.stringContaining('UserPrincipalName: must be') },
      { line: 5, reason: expect.stringContaining('closing quote') },
      { line: 6, reason: 'it has fewer than two identifiers' },
      { line: 7, reason: expect.stringContaining('nobody we know') },
      { line: 8, reason: `its SID or GUID stands in line 2` },
      { line: 9, reason: expect.stringContaining('different people') },
    ]);
    expect(JSON.stringify(done)).not.toContain('example.com');
  });

  test('in a dry run ties nothing, tells the same, and leaves no line in the audit', async () => {
    const mail = `fay${number}@example.com`;
    await join(mail);
    const before = await door.sql(`SELECT * FROM audit WHERE action LIKE 'people.link%'`);
    const text = `${HEADER}\n${rowOf(number, mail)}\n`;
    const tried = await importText(text, { dryRun: 'true' });
    expect(tried).toMatchObject({ dryRun: true, linked: 1 });
    expect(await linksOf(mail)).toEqual([`mail ${mail}`]);
    expect(await door.sql(`SELECT * FROM audit WHERE action LIKE 'people.link%'`)).toEqual(before);
    expect(await importText(text)).toEqual({ ...tried, dryRun: false });
  });

  test('is told in the audit with its counts, and without what stands in it', async () => {
    const mail = `gus${number}@example.com`;
    await join(mail);
    await importText(`${HEADER}\n${rowOf(number, mail)}\n`);
    const [ended, begun] = await door.sql<{ actor: string; action: string; detail: Record<string, unknown> }>(
      `SELECT actor, action, detail FROM audit WHERE action LIKE 'people.link%' ORDER BY id DESC LIMIT 2`,
    );
    expect([begun?.action, ended?.action]).toEqual(['people.link.import', 'people.link.imported']);
    expect(ended).toMatchObject({
      actor: 'test',
      detail: { rows: 1, linked: 1, importId: begun?.detail['importId'] },
    });
    expect(JSON.stringify([begun, ended])).not.toContain('example.com');
  });

  test('of many rows is imported a part at a time, and repeats are found across the parts', async () => {
    const base = (numbers += 1_000);
    const many = Array.from({ length: 130 }, (_, index) => base + index);
    await Promise.all(many.map((one) => join(`many${one}@example.com`)));
    const rows = many.map((one) => rowOf(one, `many${one}@example.com`));
    const done = await importText([HEADER, ...rows, rows[0]].join('\n'));
    expect(done).toMatchObject({ rows: 131, linked: 130, repeated: 1 });
  });

  test.each([
    ['no header', `${rowOf(1, 'x@example.com')}\n`],
    ['one kind of identifier', 'SID,Name\n'],
    ['nothing in it', ''],
  ])('with %s is wrong usage', async (_name, text) => {
    await expect(importText(text)).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      detail: expect.stringContaining('must be a header'),
    });
  });

  test('is taken by the API as text/csv, by tokens for admins', async () => {
    const mail = `hal${number}@example.com`;
    await join(mail);
    const text = `${HEADER}\n${rowOf(number, mail)}\n`;
    const path = '/people/links/import?domain=CORP';
    const asCsv = { 'content-type': 'text/csv' };
    expect(await door.ask('POST', path, text)).toMatchObject({
      status: 415,
      body: { code: 'BODY_UNSUPPORTED' },
    });
    expect(await door.ask('POST', path, text, null, asCsv)).toMatchObject({ status: 401 });
    const { status, body } = await door.ask('POST', path, text, undefined, asCsv);
    expect([status, body]).toEqual([200, expect.objectContaining({ linked: 1, problems: [] })]);
    expect(await linksOf(mail)).toContain(`user-name corp\\user${number}`);
    const wrong = await door.ask(
      'POST',
      '/people/links/import?domain=corp.example.com',
      text,
      undefined,
      asCsv,
    );
    expect(wrong).toMatchObject({ status: 400, body: { code: 'INPUT_INVALID' } });
  });

  test('is taken by the command line from a file', async () => {
    const mail = `ivy${number}@example.com`;
    await join(mail);
    const text = `${HEADER}\n${rowOf(number, mail)}\n${sidOf(905)},,,,\n`;
    const openFile = () => Readable.from([Buffer.from(text)]);
    const args = ['people', 'link', 'import', 'ad.csv', '--domain', 'CORP'];
    const told = await door.run(args, { openFile });
    expect(told.code).toBe(0);
    expect(told.stdout).toMatch(/linked +1\n/);
    expect(told.stdout).toMatch(/3 +it has fewer than two identifiers/);
    const again = await door.run([...args, '--json'], { openFile });
    expect(JSON.parse(again.stdout)).toMatchObject({ unchanged: 1, invalid: 1 });
    const openNothing = () =>
      new Readable({
        read: (): never => undefined as never,
        construct: (done) => done(Object.assign(new Error('x'), { code: 'ENOENT' })),
      });
    const missing = await door.run(args, { openFile: openNothing });
    expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining('cannot be read (ENOENT)')]);
  });
});

describe('two people who are found to be one by a list', () => {
  let service: TestCore;
  let okta: string;
  let ad: string;
  beforeAll(async () => {
    service = await startCore();
    okta = await addSource(service.core, 'scim', 'okta');
    ad = await addSource(service.core, 'scim', 'ad');
  });
  afterAll(() => service.close());

  const say = (sourceId: string, event: LifecycleEvent) =>
    service.core.acceptor.accept(intakeOf(sourceId, event));
  const importRow = (row: string) =>
    openOperations(service.core, 'http://localhost').importLinks(
      'test',
      {},
      Readable.from([Buffer.from(`${HEADER}\n${row}\n`)]),
    );
  /** What a domain controller says of an account that it knows by its SID alone. */
  const account = (event: (mail: string) => LifecycleEvent): LifecycleEvent => {
    const { mail: _mail, ...told } = event(`record ${number}`);
    return { ...told, identifiers: [{ kind: 'ad-sid', value: sidOf(number) }] };
  };
  const keyOf = async (zoomUserId: string) => {
    const held = { zoomUserId, state: { in: ['active', 'pending'] } };
    return service.core.database.prisma.hostKeyRow.findFirst({ where: held });
  };
  const peopleOf = async () => service.core.database.prisma.person.count({ where: { mergedInto: null } });

  test('keep the one key that they have', async () => {
    const user = service.zoom.users.add({ email: `kim${number}@example.com` });
    await say(okta, joined(user.email));
    await say(ad, account(joined));
    await expectAtRest(service);
    const before = service.zoom.users.hostKeyOf(user.id);
    const people = await peopleOf();
    expect(await importRow(rowOf(number, user.email))).toMatchObject({ linked: 1, merged: 1 });
    await expectAtRest(service);
    expect(await peopleOf()).toBe(people - 1);
    expect(service.zoom.users.hostKeyOf(user.id)).toBe(before);
    const merged = await service.core.database.prisma.audit.findMany({ where: { action: 'people.merged' } });
    expect(merged).toHaveLength(1);
  });

  test('lose it when the account has long been disabled', async () => {
    const user = service.zoom.users.add({ email: `lee${number}@example.com` });
    await say(okta, joined(user.email));
    await say(ad, account(left));
    await expectAtRest(service);
    expect(await keyOf(user.id)).not.toBeNull();
    await importRow(rowOf(number, user.email));
    await expectAtRest(service);
    expect(await keyOf(user.id)).toBeNull();
  });

  test('lose it when the account, known by its SID, is disabled later', async () => {
    const user = service.zoom.users.add({ email: `mia${number}@example.com` });
    await say(okta, joined(user.email));
    await expectAtRest(service);
    expect(await importRow(rowOf(number, user.email))).toMatchObject({ linked: 1, merged: 0 });
    await say(ad, account(left));
    await expectAtRest(service);
    expect(await keyOf(user.id)).toBeNull();
  });

  test('are one also when notices about both arrive during the import', async () => {
    const user = service.zoom.users.add({ email: `ned${number}@example.com` });
    await say(okta, joined(user.email));
    await Promise.all([
      importRow(rowOf(number, user.email)),
      ...Array.from({ length: 10 }, () => say(ad, account(joined))),
      ...Array.from({ length: 10 }, () => say(okta, joined(user.email))),
    ]);
    await importRow(rowOf(number, user.email));
    await expectAtRest(service);
    const owners = await service.core.database.prisma.link.findMany({
      where: { value: { in: [user.email, sidOf(number).toLowerCase()] } },
      distinct: ['personId'],
    });
    expect(owners).toHaveLength(1);
    expect(await keyOf(user.id)).not.toBeNull();
  });
});
