import { setTimeout as sleep } from 'node:timers/promises';
import type { Directory } from './member.js';
import { type Entry, shapes } from './shapes.js';
import type { Telling } from './step.js';

/** What a directory was told with a 2xx is kept, under the id it was told. */
export interface Acknowledged {
  id: string;
  entry: Entry;
  removed: boolean;
  /** Requests that made a difference. */
  changes: number;
}

export interface SpeakingDirectory {
  name: Directory;
  /** In turn for each person; resolves when it is acknowledged, however often it must be said. */
  tell(step: Telling): Promise<void>;
  resources: readonly Acknowledged[];
  /** Requests answered by 2xx, and those that had to be sent again. */
  counts: { acknowledged: number; repeated: number };
  /** What was refused, which nothing should be. */
  refused: string[];
}

interface Answer {
  status: number;
  body: { id?: string; Resources?: { id: string }[] } | undefined;
}

const PATIENCE_MS = 15_000;

export function createDirectory(name: Directory, options: { url: string; token: string }): SpeakingDirectory {
  const current = new Map<number, Acknowledged>();
  const turns = new Map<number, Promise<void>>();
  const resources: Acknowledged[] = [];
  const counts = { acknowledged: 0, repeated: 0 };
  const refused: string[] = [];

  /** Again until there is an answer that means something; 2xx is counted. */
  async function ask(method: string, path: string, body?: unknown): Promise<Answer> {
    for (;;) {
      const answer = await request(method, `${options.url}/scim/v2/Users${path}`, options.token, body);
      if (answer && answer.status < 300) counts.acknowledged++;
      if (answer && answer.status < 500 && answer.status !== 429) return answer;
      counts.repeated++;
      await sleep(150);
    }
  }

  async function change(there: Acknowledged, what: 'mail' | 'department' | 'active', twice: boolean) {
    const { method, body } = shapes[name].rewrite(there.entry, what);
    const asked = Array.from({ length: twice ? 2 : 1 }, () => ask(method, `/${there.id}`, body));
    for (const { status } of await Promise.all(asked)) {
      if (status >= 300) refused.push(`${name}: ${method} of ${what} for ${there.entry.mail}: ${status}`);
    }
    there.changes++;
  }

  async function create(entry: Entry, twice: boolean) {
    const { method, body } = shapes[name].create(entry);
    const asked = Array.from({ length: twice ? 2 : 1 }, () => ask(method, '', body));
    const answers = await Promise.all(asked);
    const made = answers.find(({ status }) => status === 201)?.body?.id;
    // An answer that was lost on its way: it is there already.
    const id = made ?? (await find(entry.mail));
    if (id === undefined)
      return void refused.push(`${name}: ${entry.mail}: ${answers.map((one) => one.status)}`);
    const there = { id, entry, removed: false, changes: 1 };
    resources.push(there);
    current.set(entry.number, there);
  }

  async function find(mail: string): Promise<string | undefined> {
    const filter = encodeURIComponent(`userName eq "${mail}"`);
    return (await ask('GET', `?filter=${filter}`)).body?.Resources?.[0]?.id;
  }

  async function remove(there: Acknowledged) {
    const { status } = await ask('DELETE', `/${there.id}`);
    if (status >= 300 && status !== 404) refused.push(`${name}: DELETE of ${there.entry.mail}: ${status}`);
    there.removed = true;
    there.changes++;
    current.delete(there.entry.number);
  }

  async function say(step: Telling): Promise<void> {
    const there = current.get(step.who);
    if (step.what === 'join' || (step.what === 'return' && !there)) {
      const entry = { number: step.who, mail: step.mail, department: 'Field', active: true };
      return create(entry, step.twice);
    }
    if (!there) return;
    if (step.what === 'remove') return remove(there);
    const what = step.what === 'move' ? 'department' : step.what === 'rename' ? 'mail' : 'active';
    const before = there.entry;
    there.entry = entryAfter(there.entry, step);
    if (JSON.stringify(before) !== JSON.stringify(there.entry)) await change(there, what, step.twice);
  }

  return {
    name,
    resources,
    counts,
    refused,
    tell(step) {
      const told = (turns.get(step.who) ?? Promise.resolve()).then(() => say(step));
      turns.set(step.who, told);
      return told;
    },
  };
}

function entryAfter(entry: Entry, step: Telling): Entry {
  switch (step.what) {
    case 'move':
      return { ...entry, department: step.department };
    case 'rename':
      return { ...entry, mail: step.mail };
    default:
      return { ...entry, active: step.what === 'return' };
  }
}

/** Undefined when there was no answer, or none that could be read whole. */
async function request(
  method: string,
  url: string,
  token: string,
  body?: unknown,
): Promise<Answer | undefined> {
  try {
    const response = await fetch(url, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : (JSON.parse(text) as Answer['body']) };
  } catch {
    return undefined;
  }
}
