import type { Chance } from './chance.js';
import { DIRECTORIES, type Directory, mailOf, type Member } from './member.js';
import type { InZoom, Telling } from './step.js';

export type Said = (Telling | InZoom) & { afterMs?: number };
type Scene = (member: Member, chance: Chance, by: Directory) => Said[];

/** How often each is tried; whom it does not fit is left in peace. */
const SCENES: [weight: number, scene: Scene][] = [
  [20, join],
  [22, move],
  [5, rename],
  [12, leave],
  [14, comeBack],
  [4, remove],
  [8, createInZoom],
  [3, accept],
  [3, deactivate],
  [5, activate],
  [2, deleteInZoom],
  [3, recreate],
  [3, byHand],
  [4, meeting],
  [3, (_, chance) => [{ what: 'zoom-repeats', which: chance.between(0, 1_000) }]],
];
const TOTAL = SCENES.reduce((sum, [weight]) => sum + weight, 0);

/** What is said next, by whom and of whom; the cast is as it will be then. */
export function nextScene(chance: Chance, cast: Member[]): Said[] {
  let left = chance.next() * TOTAL;
  const [, scene] = SCENES.find(([weight]) => (left -= weight) < 0) ?? SCENES[0]!;
  return scene(chance.pick(cast), chance, chance.pick(DIRECTORIES));
}

function join(member: Member, chance: Chance, by: Directory): Said[] {
  if (member[by] !== 'nothing') return [];
  member[by] = 'active';
  member.causes++;
  return [{ what: 'join', who: member.number, by, mail: member.mail, twice: chance.percent(15) }];
}

function move(member: Member, chance: Chance, by: Directory): Said[] {
  if (member[by] !== 'active') return [];
  const departments = ['Field', 'Office', 'Legal', 'Sales'].filter((one) => one !== member.department);
  member.department = chance.pick(departments);
  // Both are asked to say so: each difference is a transfer.
  member.causes += DIRECTORIES.length;
  const told = DIRECTORIES.filter((directory) => member[directory] === 'active');
  return told.map((directory) => ({
    what: 'move',
    who: member.number,
    by: directory,
    department: member.department,
    twice: chance.percent(15),
  }));
}

function rename(member: Member, chance: Chance): Said[] {
  const told = DIRECTORIES.filter((directory) => member[directory] === 'active');
  // A directory that has let somebody go says nothing more of them, and would keep the old mail alive.
  if (told.length === 0 || DIRECTORIES.some((directory) => member[directory] === 'gone')) return [];
  const renamed = Number(/name(\d+)@/.exec(member.mail)?.[1] ?? 0) + 1;
  const before = member.mail;
  member.mail = mailOf(member.number, renamed);
  const { mail } = member;
  const tellings = told.map((by): Said => ({
    what: 'rename',
    who: member.number,
    by,
    mail,
    twice: chance.percent(15),
  }));
  if (member.inZoom === 'absent') return tellings;
  return [...tellings, { what: 'zoom-rename', mail: before, to: mail }];
}

function leave(member: Member, chance: Chance, by: Directory): Said[] {
  if (member[by] !== 'active') return [];
  member[by] = 'gone';
  return [{ what: 'leave', who: member.number, by, mail: member.mail, twice: chance.percent(15) }];
}

function comeBack(member: Member, chance: Chance, by: Directory): Said[] {
  if (member[by] !== 'gone') return [];
  member[by] = 'active';
  member.causes++;
  return [{ what: 'return', who: member.number, by, mail: member.mail, twice: chance.percent(15) }];
}

function remove(member: Member, chance: Chance): Said[] {
  if (member.entra === 'nothing') return [];
  member.entra = 'gone';
  return [{ what: 'remove', who: member.number, by: 'entra', mail: member.mail, twice: chance.percent(15) }];
}

function createInZoom(member: Member, chance: Chance): Said[] {
  if (member.inZoom !== 'absent') return [];
  const pending = chance.percent(30);
  member.inZoom = pending ? 'pending' : 'active';
  member.zoomSaid = 'active';
  member.causes++;
  return [{ what: 'zoom-create', mail: member.mail, pending }];
}

function accept(member: Member): Said[] {
  if (member.inZoom !== 'pending') return [];
  member.inZoom = 'active';
  return [{ what: 'zoom-accept', mail: member.mail }];
}

function deactivate(member: Member): Said[] {
  if (member.inZoom !== 'active' || member.inMeeting) return [];
  member.inZoom = 'inactive';
  member.zoomSaid = 'gone';
  return [{ what: 'zoom-deactivate', mail: member.mail }];
}

function activate(member: Member): Said[] {
  if (member.inZoom !== 'inactive') return [];
  member.inZoom = 'active';
  member.zoomSaid = 'active';
  member.causes++;
  return [{ what: 'zoom-activate', mail: member.mail }];
}

function deleteInZoom(member: Member): Said[] {
  if (member.inZoom !== 'active' || member.inMeeting) return [];
  member.inZoom = 'absent';
  member.zoomSaid = 'gone';
  return [{ what: 'zoom-delete', mail: member.mail }];
}

function recreate(member: Member): Said[] {
  if (member.inZoom !== 'active' || member.inMeeting) return [];
  member.zoomSaid = 'active';
  member.causes++;
  return [{ what: 'zoom-recreate', mail: member.mail }];
}

function byHand(member: Member, chance: Chance): Said[] {
  if (member.inZoom !== 'active' || member.inMeeting || member.byHand >= 2) return [];
  member.byHand++;
  member.causes++;
  const digits = `9${chance.between(10_000_000, 99_999_999)}7`;
  return [{ what: 'zoom-by-hand', mail: member.mail, digits }];
}

function meeting(member: Member, chance: Chance): Said[] {
  if (member.inZoom !== 'active') return [];
  member.inMeeting = !member.inMeeting;
  const { mail } = member;
  if (!member.inMeeting) return [{ what: 'meeting-ends', mail }];
  return [{ what: 'meeting-begins', mail, keySet: chance.percent(75) ? 'deferred' : 'lost' }];
}
