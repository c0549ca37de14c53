import { destroyed, isUnapplied } from './destroy.js';
import { superseded } from './merge.js';
import { named } from './named.js';
import type { KeyGeneration, Person, ZoomUser } from './person.js';

/** A Zoom user, and what Zoom's source says of it, given by one person to another: what was held there ends. */
export function pass(id: string, from: Person, to: Person): { from: Person; to: Person } {
  const [users, otherUsers] = split(from.zoomUsers, (user) => user.id === id);
  const [records, otherRecords] = split(from.records, (record) => record.record === id);
  const [jobs, otherJobs] = split(from.jobs, (job) => job.zoomUserId === id);
  return {
    from: named({ ...from, zoomUsers: otherUsers, records: otherRecords, jobs: otherJobs }),
    to: named({
      ...to,
      zoomUsers: [...to.zoomUsers, ...users.map(ended)],
      records: [...to.records, ...records],
      jobs: [...to.jobs, ...jobs.map(superseded)],
    }),
  };
}

function split<T>(list: readonly T[], matches: (item: T) => boolean): [T[], T[]] {
  return [list.filter(matches), list.filter((item) => !matches(item))];
}

/** Zoom still has the key, so that it is to be overwritten; but nobody is shown it any more, nor the one before it. */
function ended(user: ZoomUser): ZoomUser {
  return { ...user, renewAfter: null, keys: user.keys.map(endedKey) };
}

function endedKey(key: KeyGeneration): KeyGeneration {
  if (key.state === 'previous' || isUnapplied(key)) return destroyed(key);
  return key.state === 'destroyed' ? key : { ...key, state: 'clearing' };
}
