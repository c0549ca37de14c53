import { normalise, type Identifier, type LifecycleEvent } from './event.js';
import { newPerson, put, type Link, type Person, type UnfinishedJob } from './person.js';

/** Ids that a directory gives once and never passes on. */
const IMMUTABLE: ReadonlySet<string> = new Set(['okta-id', 'graph-id', 'ad-sid', 'ad-guid']);

/** The people that one transaction holds, by id. */
export type People = Map<string, Person>;

export interface ResolveOptions {
  sourceId: string;
  sourceKind: string;
  at: number;
  newId: () => string;
}

/** The links by which an event names a person: immutable ids, its mail, and a user name that is a mail. */
export function linksOf(event: LifecycleEvent): Identifier[] {
  const named = (event.identifiers ?? []).filter((one) => IMMUTABLE.has(one.kind));
  const userName = event.identifiers?.find((one) => one.kind === 'user-name' && one.value.includes('@'));
  const mails = [event.mail, userName?.value]
    .filter((mail) => mail != null)
    .map((value) => ({ kind: 'mail' as const, value }));
  const all = [...named, ...mails].map(({ kind, value }) => ({ kind, value: normalise(value) }));
  return all.filter((one, index) => all.findIndex((other) => sameLink(other, one)) === index);
}

/**
 * Whom an event is about. A record stays with its person; a new one joins whoever has its immutable id, else the
 * owner of its mail unless their immutable ids differ (a mail re-used by somebody else), else it is somebody new.
 * A Zoom user follows its mail's owner. Changes `people`: links are claimed, two people found to be one are merged.
 */
export function resolve(event: LifecycleEvent, people: People, options: ResolveOptions): Person {
  const links = linksOf(event);
  // An operator speaks of a person outright.
  const own =
    options.sourceKind === 'operator'
      ? people.get(event.record)
      : ownerOfRecord(people, options.sourceId, event.record);
  const person =
    options.sourceKind === 'zoom'
      ? resolveZoom(event, own, people, options)
      : resolveOther(links, own, people, options);
  return claim(person, links, people, options);
}

function resolveOther(
  links: Identifier[],
  own: Person | undefined,
  people: People,
  options: ResolveOptions,
): Person {
  const immutable = links.filter((link) => link.kind !== 'mail').map((link) => ownerOfLink(people, link));
  const byMail = links
    .filter((link) => link.kind === 'mail')
    .map((link) => ownerOfLink(people, link))
    .filter((person) => person && !conflicts(person, links));
  const found = [own, ...immutable, ...byMail].filter((person) => person !== undefined);
  const first = found[0];
  if (!first) return add(newPerson(options.newId()), people);
  return found.slice(1).reduce((person, other) => merge(person, other, people), first);
}

function resolveZoom(
  event: LifecycleEvent,
  own: Person | undefined,
  people: People,
  options: ResolveOptions,
): Person {
  const holder = ownerOfZoomUser(people, event.record) ?? own;
  const known = own?.records.find((one) => one.record === event.record && one.sourceId === options.sourceId)
    ?.facts['mail'];
  const mail =
    event.mail && options.at >= (known?.at ?? 0)
      ? ownerOfLink(people, { kind: 'mail', value: normalise(event.mail) })
      : undefined;
  const person = mail ?? holder ?? add(newPerson(options.newId()), people);
  if (holder && holder.id !== person.id)
    return passZoomUser(event.record, options.at, holder, person, people);
  return person;
}

/** Gives a Zoom user, and what Zoom's source says of it, to another person: the key in force ends there. */
export function passZoomUser(id: string, at: number, from: Person, to: Person, people: People): Person {
  const user = from.zoomUsers.find((one) => one.id === id);
  const records = from.records.filter((one) => one.record === id);
  const jobs = from.jobs.filter((job) => job.zoomUserId === id);
  add(
    {
      ...from,
      zoomUsers: from.zoomUsers.filter((one) => one.id !== id),
      records: from.records.filter((one) => !records.includes(one)),
      jobs: from.jobs.filter((job) => !jobs.includes(job)),
    },
    people,
  );
  const passed = user && { ...user, renewAfter: Math.max(user.renewAfter ?? 0, at) };
  const zoomUsers = passed ? [...to.zoomUsers, passed] : to.zoomUsers;
  return add(
    { ...to, zoomUsers, records: [...to.records, ...records], jobs: [...to.jobs, ...jobs.map(superseded)] },
    people,
  );
}

/** Gives `person` the event's links; a mail that another holds goes to the newer claim, and its Zoom users with it. */
function claim(person: Person, links: Identifier[], people: People, options: ResolveOptions): Person {
  let claimed = people.get(person.id) ?? person;
  for (const link of links) {
    const owner = ownerOfLink(people, link);
    const held = owner?.links.find((one) => sameLink(one, link));
    if (held && held.claimedAt >= options.at) continue;
    if (owner && owner.id !== claimed.id) {
      if (link.kind !== 'mail') continue;
      claimed = takeMail(link, owner, claimed, people, options.at);
    }
    const fresh: Link = { ...link, claimedAt: options.at };
    claimed = add({ ...claimed, links: put(claimed.links, fresh, (one) => sameLink(one, link)) }, people);
  }
  return claimed;
}

function takeMail(link: Identifier, owner: Person, taker: Person, people: People, at: number): Person {
  add({ ...owner, links: owner.links.filter((one) => !sameLink(one, link)) }, people);
  let next = taker;
  for (const user of owner.zoomUsers.filter((one) => one.mail === link.value)) {
    next = passZoomUser(user.id, at, people.get(owner.id) ?? owner, next, people);
  }
  return next;
}

/** Two people found to be one: the older takes everything; the other stays as an empty row that points to it. */
function merge(a: Person, b: Person, people: People): Person {
  const [x, y] = [people.get(a.id) ?? a, people.get(b.id) ?? b];
  if (x.id === y.id) return x;
  const [keep, gone] = x.id < y.id ? [x, y] : [y, x];
  add({ ...newPerson(gone.id), mergedInto: keep.id }, people);
  const exposedAt = [...keep.exposedAt, ...gone.exposedAt].sort((m, n) => m - n).slice(-3);
  return add(
    {
      ...keep,
      name: keep.name ?? gone.name,
      mail: keep.mail ?? gone.mail,
      contestedAt: keep.contestedAt ?? gone.contestedAt,
      exposedAt,
      links: [...keep.links, ...gone.links],
      records: [...keep.records, ...gone.records],
      zoomUsers: [...keep.zoomUsers, ...gone.zoomUsers],
      jobs: [...keep.jobs, ...gone.jobs].map(superseded),
    },
    people,
  );
}

function conflicts(person: Person, links: Identifier[]): boolean {
  return links.some(
    (link) =>
      link.kind !== 'mail' &&
      person.links.some((one) => one.kind === link.kind) &&
      !person.links.some((one) => sameLink(one, link)),
  );
}

function ownerOfRecord(people: People, sourceId: string, record: string): Person | undefined {
  return find(people, (person) =>
    person.records.some((one) => one.sourceId === sourceId && one.record === record),
  );
}

export function ownerOfZoomUser(people: People, id: string): Person | undefined {
  return find(people, (person) => person.zoomUsers.some((user) => user.id === id));
}

function ownerOfLink(people: People, link: Identifier): Person | undefined {
  return find(people, (person) => person.links.some((one) => sameLink(one, link)));
}

function find(people: People, matches: (person: Person) => boolean): Person | undefined {
  for (const person of people.values()) if (matches(person)) return person;
  return undefined;
}

function sameLink(a: Identifier, b: Identifier): boolean {
  return a.kind === b.kind && a.value === b.value;
}

function add(person: Person, people: People): Person {
  people.set(person.id, person);
  return person;
}

function superseded(job: UnfinishedJob): UnfinishedJob {
  return { ...job, state: 'superseded' };
}
