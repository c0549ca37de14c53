import { Counter, Registry } from 'prom-client';
import type { ClosingAcceptor } from '../jobs/accept.js';
import type { GroupKeeper, GroupOutcome } from '../jobs/groups.js';
import type { MembershipEvent } from '../jobs/memberships.js';
import type { Relay } from '../jobs/relay.js';
import { ENDED, type Person } from '../lifecycle/person.js';
import type { Log } from '../log.js';
import { isUnavailable } from '../records/database.js';
import { ResourceBusy } from '../records/deadline.js';
import type { SourceNews } from '../records/source-news.js';
import type { CallBudget } from '../zoom/budget.js';
import type { ZoomClient } from '../zoom/client.js';
import { ZoomFailure } from '../zoom/failure.js';

/** Counts what passes through a piece of the service, which itself knows nothing of it. */
export interface Measures {
  acceptor(acceptor: ClosingAcceptor): ClosingAcceptor;
  groups(groups: GroupKeeper): GroupKeeper;
  /** Of those who joined and left groups: events of notices that `groups` counted. */
  memberships(events: MembershipEvent[]): void;
  relay(relay: Relay): Relay;
  zoom(client: ZoomClient): ZoomClient;
  budget(budget: CallBudget): CallBudget;
  /** Of this process's own; labels never name a person, a mail or a key, and take few values. */
  registry: Registry;
}

export function createMeasures({ log, news }: { log: Log; news: SourceNews }): Measures {
  const registry = new Registry();
  const counters = createCounters(registry, news);
  countAlerts(registry, log);
  return {
    acceptor: (acceptor) => measureAcceptor(acceptor, counters, news),
    groups: (groups) => measureGroups(groups, counters, news),
    memberships: (events) => countMemberships(events, counters, news),
    relay: (relay) => measureRelay(relay, counters),
    zoom: (client) => measureZoom(client, counters),
    budget: (budget) => measureBudget(budget, counters),
    registry,
  };
}

type Counters = ReturnType<typeof createCounters>;

function createCounters(registry: Registry, news: SourceNews) {
  const counter = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Counter({ name, help, labelNames, registers: [registry] });
  const bySource = (name: string, help: string) => countBySource(registry, news, { name, help });
  return {
    notices: bySource('hostkeeper_notices_total', 'Notices by what became of them.'),
    events: bySource('hostkeeper_events_total', 'Events by what became of them.'),
    jobs: counter('hostkeeper_jobs_ended_total', 'Jobs that ended.', 'action', 'outcome', 'code'),
    calls: counter('hostkeeper_zoom_calls_total', 'Calls to Zoom by their answer.', 'action', 'outcome'),
    limits: counter(
      'hostkeeper_zoom_rate_limits_total',
      'Answers 429 of Zoom, by whose limit it was.',
      'scope',
    ),
    pauses: counter('hostkeeper_zoom_budget_pauses_total', 'Times a call budget was paused.', 'label'),
  };
}

/** Counted by id and told by name, which may come to be known later. A source that was removed and added again is one. */
function countBySource(registry: Registry, news: SourceNews, about: { name: string; help: string }) {
  const counted = new Counter({ ...about, labelNames: ['sourceId', 'outcome'], registers: [] });
  new Counter({
    ...about,
    labelNames: ['source', 'outcome'],
    registers: [registry],
    async collect() {
      const { values } = await counted.get();
      this.reset();
      for (const { labels, value } of values) {
        const { sourceId = '', outcome = '' } = labels;
        this.inc({ source: news.nameOf(String(sourceId)) ?? 'unknown', outcome }, value);
      }
    },
  });
  return counted;
}

function countAlerts(registry: Registry, { alerts }: Log): void {
  new Counter({
    name: 'hostkeeper_alerts_total',
    help: 'Alerts raised.',
    labelNames: ['alert'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [alert, count] of alerts) this.inc({ alert }, count);
    },
  });
}

function measureAcceptor(acceptor: ClosingAcceptor, { notices, events }: Counters, news: SourceNews) {
  const accept: ClosingAcceptor['accept'] = async (intake) => {
    const { sourceId } = intake;
    try {
      const accepted = await acceptor.accept(intake);
      news.heard(sourceId);
      notices.inc({ sourceId, outcome: accepted.outcome });
      for (const { outcome } of accepted.events) events.inc({ sourceId, outcome });
      return accepted;
    } catch (error) {
      notices.inc({ sourceId, outcome: 'not-kept' });
      throw error;
    }
  };
  return { ...acceptor, accept };
}

/** What changes a group is a notice; its events are counted when they are decided. */
function measureGroups(groups: GroupKeeper, { notices }: Counters, news: SourceNews): GroupKeeper {
  const counted = async (sourceId: string, writing: Promise<GroupOutcome>) => {
    const made = await writing.catch((error: unknown) => {
      if (isUnavailable(error) || error instanceof ResourceBusy)
        notices.inc({ sourceId, outcome: 'not-kept' });
      throw error;
    });
    if (made.outcome !== 'kept' || !made.changed) return made;
    news.heard(sourceId);
    notices.inc({ sourceId, outcome: made.outcome });
    return made;
  };
  return {
    create: (asked, row, steps) => counted(asked.sourceId, groups.create(asked, row, steps)),
    change: (asked, change) => counted(asked.sourceId, groups.change(asked, change)),
    remove: (asked) => counted(asked.sourceId, groups.remove(asked)),
  };
}

/** By whichever process decides, which need not be the one that heard the source. */
function countMemberships(decided: MembershipEvent[], { events }: Counters, news: SourceNews): void {
  for (const { sourceId, outcome } of decided) events.inc({ sourceId, outcome });
  for (const sourceId of new Set(decided.map((one) => one.sourceId))) news.spokenOf(sourceId);
}

/** The queue is told of people right after the commit that changed them: a job of theirs that is ended ended just now. */
function measureRelay(relay: Relay, { jobs }: Counters): Relay {
  const people = (told: Iterable<Person>) => {
    const all = [...told];
    const ended = all.flatMap((person) => person.jobs).filter((job) => ENDED.has(job.state));
    for (const { action, state, code } of ended) jobs.inc({ action, outcome: state, code: code ?? '' });
    relay.people(all);
  };
  return { ...relay, people };
}

function measureZoom(client: ZoomClient, { calls, limits }: Counters): ZoomClient {
  const call: ZoomClient['call'] = async (asked) => {
    try {
      const answer = await client.call(asked);
      calls.inc({ action: asked.action, outcome: '2xx' });
      return answer;
    } catch (error) {
      if (error instanceof ZoomFailure) {
        calls.inc({ action: asked.action, outcome: outcomeOf(error) });
        if (error.status === 429) limits.inc({ scope: error.rate?.scope ?? 'account' });
      }
      throw error;
    }
  };
  return { ...client, call };
}

function outcomeOf({ status, sent }: ZoomFailure): string {
  if (status !== null) return `${Math.floor(status / 100)}xx`;
  return sent === 'no' ? 'not-sent' : 'no-answer';
}

function measureBudget(budget: CallBudget, { pauses }: Counters): CallBudget {
  const pause: CallBudget['pause'] = (label, delayMs) => {
    pauses.inc({ label });
    return budget.pause(label, delayMs);
  };
  return { ...budget, pause };
}
