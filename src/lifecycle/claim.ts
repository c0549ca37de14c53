import type { Identifier } from './event.js';
import { goesBefore, isSameLink, isTrueClaim } from './links.js';
import { named } from './named.js';
import { add, ownerOfLink, type People } from './owners.js';
import { pass } from './pass.js';
import { put, type Link, type Person } from './person.js';

/** Gives `person` links; a mail that another holds goes to the newer claim, and the Zoom users of that mail with it. */
export function claim(person: Person, links: Identifier[], at: number, people: People): Person {
  let claimed = people.get(person.id) ?? person;
  for (const link of links) {
    const owner = ownerOfLink(people, link);
    const held = owner?.links.find((one) => isSameLink(one, link));
    if (owner && held && !isNewerClaim(at, claimed, held, owner)) continue;
    if (owner && owner.id !== claimed.id) {
      if (link.kind !== 'mail') continue;
      add(named({ ...owner, links: owner.links.filter((one) => one !== held) }), people);
    }
    const fresh: Link = { ...link, claimedAt: at };
    claimed = add({ ...claimed, links: put(claimed.links, fresh, (one) => isSameLink(one, link)) }, people);
    if (link.kind === 'mail' && isTrueClaim(at)) claimed = takeZoomUsers(link.value, claimed, people);
  }
  return claimed;
}

function isNewerClaim(at: number, claimer: Person, held: Link, owner: Person): boolean {
  return at > held.claimedAt || (at === held.claimedAt && goesBefore(claimer.links, owner.links));
}

function takeZoomUsers(mail: string, taker: Person, people: People): Person {
  let next = taker;
  for (const owner of [...people.values()].filter((one) => one.id !== taker.id)) {
    for (const user of owner.zoomUsers.filter((one) => one.mail === mail)) {
      next = giveZoomUser(user.id, people.get(owner.id) ?? owner, next, people);
    }
  }
  return next;
}

/** @returns `to`, with the Zoom user */
export function giveZoomUser(id: string, from: Person, to: Person, people: People): Person {
  const passed = pass(id, from, to);
  add(passed.from, people);
  return add(passed.to, people);
}
