import type { LifecycleEvent } from '../../src/lifecycle/event.js';
import { drawHostKey } from '../../src/rehearsal/host-key-rules.js';
import type { RehearsalZoom } from '../../src/rehearsal/zoom.js';
import { zoomSaid, zoomShowed } from '../harness/people.js';
import { expectEndings, rest } from './stories-ending.js';
import { oktaRecord, regroup } from './stories-group.js';
import type { Told } from './stories-model.js';
import type { Stage } from './stories-stage.js';
import type { InZoom, MailName, Rename, Step, Tell } from './stories-steps.js';

type ZoomUser = ReturnType<RehearsalZoom['users']['add']>;

/** A story as it is played: what was told so far, and what Zoom really holds. */
export interface Playing {
  stage: Stage;
  /** Sets its people apart from those of other stories. */
  tag: string;
  told: Told[];
  /** Records of okta's in the group whose members get keys. */
  members: Set<string>;
  users: Map<string, ZoomUser & { deleted?: true }>;
  /** Keys that were set by hand, or shown: the third within a day contests a person. */
  foreign: number;
  lastMoment: number;
  startedAt: number;
}

interface Notice {
  event: LifecycleEvent;
  source: keyof Stage['sources'];
}

let stories = 0;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Plays a story to its end, and compares everybody in it with the model. */
export async function play(steps: readonly Step[], stage: Stage): Promise<void> {
  const playing: Playing = {
    stage,
    tag: `s${++stories}`,
    told: [],
    members: new Set(),
    users: new Map(),
    foreign: 0,
    lastMoment: 0,
    startedAt: Date.now(),
  };
  const due = new Map<number, Notice[]>();
  for (const [index, step] of steps.entries()) {
    const notices = happen(step, playing);
    for (const delay of step.delays) due.set(index + delay, [...(due.get(index + delay) ?? []), ...notices]);
    await Promise.all([arrive(due.get(index) ?? [], playing), regroup(step, playing)]);
    if (step.rest) await rest(playing);
  }
  const late = [...due].filter(([index]) => index >= steps.length).sort(([a], [b]) => a - b);
  for (const [, notices] of late) await arrive(notices, playing);
  await rest(playing);
  await expectEndings(playing);
}

/** Those of one moment arrive at once. */
async function arrive(notices: Notice[], { stage }: Playing): Promise<void> {
  const { core, sources } = stage;
  const accepting = notices.map(({ event, source }) =>
    core.acceptor.accept({ sourceId: sources[source], noticeKey: null, body: {}, events: [event] }),
  );
  const refused = (await Promise.all(accepting)).flatMap((accepted) =>
    accepted.events.filter((one) => one.outcome === 'rejected'),
  );
  if (refused.length > 0) throw new Error(`refused: ${JSON.stringify(refused)}`);
}

/** What becomes of the world in a step, and what is told of it. */
function happen(step: Step, playing: Playing): Notice[] {
  if (step.step === 'group') return [];
  if (step.step === 'tell') return [tell(step, playing)];
  const events = step.step === 'rename' ? rename(step, playing) : inZoom(step, playing);
  return events.map((event) => {
    playing.told.push({
      source: 'zoom',
      record: event.record,
      at: event.occurredAt!.getTime(),
      sequence: 0,
      says: event.standing,
      mail: event.mail ?? undefined,
      ids: [],
    });
    return { event, source: 'zoom' as const };
  });
}

function mailOf(name: MailName, { tag }: Pick<Playing, 'tag'>): string {
  return `${name}+${tag}@example.com`;
}

function tell(step: Tell, playing: Playing): Notice {
  const { source, who, says, sequence } = step;
  const at = playing.startedAt - HOUR + step.minute * MINUTE;
  const record =
    source === 'okta' ? oktaRecord(step, playing.tag) : `${source}-${who}-${step.record}+${playing.tag}`;
  const mail = step.mail && mailOf(step.mail, playing);
  const oktaId = { kind: 'okta-id' as const, value: `${who}+${playing.tag}` };
  const adSid = { kind: 'ad-sid' as const, value: `s-1-5-${who}+${playing.tag}` };
  const own = source === 'okta' ? [oktaId] : [adSid];
  const identifiers = step.names === 'both ids' ? [oktaId, adSid] : step.names === 'own id' ? own : [];
  const ids = identifiers.map((one) => `${one.kind} ${one.value}`);
  playing.told.push({ source, record, at, sequence, says, mail, ids });
  const event: LifecycleEvent = {
    type: says === undefined ? 'changed' : says === 'active' ? 'created' : 'removed',
    record,
    subject: mail ?? record,
    occurredAt: new Date(at),
    sequence,
    identifiers,
    ...(says && { standing: says }),
    ...(mail && { mail }),
    ...(step.department && { attributes: { department: step.department } }),
  };
  return { event, source };
}

function rename({ mail, to }: Rename, playing: Playing): LifecycleEvent[] {
  const { users } = playing.stage.zoom;
  const user = users.find(mailOf(mail, playing));
  if (!user || users.find(mailOf(to, playing))) return [];
  users.rename(user, mailOf(to, playing));
  return [{ type: 'changed', ...about(user, playing), mail: user.email }];
}

function inZoom({ does, mail }: InZoom, playing: Playing): LifecycleEvent[] {
  const email = mailOf(mail, playing);
  const user = playing.stage.zoom.users.find(email);
  if (does === 'create' || does === 'invite') {
    if (user) return [];
    return [said(added(email, does === 'invite' ? 'pending' : 'active', playing), 'active', playing)];
  }
  if (!user) return [];
  switch (does) {
    case 'accept':
      return withStatus(user, 'pending', 'active', playing);
    case 'activate':
      return withStatus(user, 'inactive', 'active', playing);
    case 'deactivate':
      return withStatus(user, 'active', 'inactive', playing);
    case 'delete':
      return [said(removed(user, playing), 'gone', playing)];
    case 're-create': {
      const gone = said(removed(user, playing), 'gone', playing);
      return [said(added(email, 'active', playing), 'active', playing), gone];
    }
    case 'key':
    case 'show':
      return shown(does, user, playing);
  }
}

function said(user: ZoomUser, standing: 'active' | 'inactive' | 'gone', playing: Playing): LifecycleEvent {
  return { ...zoomSaid(user, standing), ...about(user, playing) };
}

function withStatus(
  user: ZoomUser,
  from: ZoomUser['status'],
  to: 'active' | 'inactive',
  playing: Playing,
): LifecycleEvent[] {
  if (user.status !== from) return [];
  user.status = to;
  if (to === 'active') user.hostKey ??= drawHostKey();
  return [said(user, to, playing)];
}

function added(email: string, status: 'active' | 'pending', playing: Playing): ZoomUser {
  const user = playing.stage.zoom.users.add({ email, status });
  playing.users.set(user.id, user);
  return user;
}

function removed(user: ZoomUser, playing: Playing): ZoomUser {
  playing.stage.zoom.users.remove(user.id);
  playing.users.set(user.id, Object.assign(user, { deleted: true as const }));
  return user;
}

/** At most two keys in a story are somebody else's: a third would contest the person. */
function shown(does: 'key' | 'show', user: ZoomUser, playing: Playing): LifecycleEvent[] {
  if (user.status !== 'active' || user.hostKey === undefined || playing.foreign >= 2) return [];
  playing.foreign++;
  if (does === 'key') user.hostKey = drawHostKey();
  return [zoomShowed(playing.stage.core, user, user.hostKey, new Date(moment(playing)))];
}

function about(user: ZoomUser, playing: Playing) {
  return { record: user.id, subject: user.email, occurredAt: new Date(moment(playing)), sequence: 0 };
}

/** Zoom's own clock: never the same moment twice for one user. */
function moment(playing: Playing): number {
  return (playing.lastMoment = Math.max(Date.now(), playing.lastMoment + 1));
}
