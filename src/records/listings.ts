import type { PrismaClient } from './generated/client.js';

/** A page of a list that shows the newest first: ids sort by the time they were made. */
export interface Paging {
  limit: number;
  /** The last id of the page before. */
  cursor?: string | undefined;
}

export interface Page<Row> {
  rows: Row[];
  nextCursor: string | null;
}

/** Those that are left out do not narrow the list. */
export interface JobFilter {
  state?: string | undefined;
  code?: string | undefined;
  action?: string | undefined;
  personId?: string | undefined;
  /** Sources that ever had one name. */
  sourceIds?: string[] | undefined;
}

export interface EventFilter {
  type?: string | undefined;
  outcome?: string | undefined;
  personId?: string | undefined;
  sourceIds?: string[] | undefined;
}

const JOB = {
  id: true,
  personId: true,
  action: true,
  state: true,
  code: true,
  sourceId: true,
  attempts: true,
  createdAt: true,
  finishedAt: true,
} as const;

export async function listJobs(prisma: PrismaClient, filter: JobFilter, paging: Paging) {
  const found = await prisma.job.findMany({
    where: { ...jobsWhere(filter), ...after(paging) },
    select: JOB,
    ...pageOf(paging),
  });
  return withSource(prisma, cut(found, paging));
}

/** With its attempts, the first one first; null when there is no such job. */
export async function findJobWithAttempts(prisma: PrismaClient, id: string) {
  const row = await prisma.job.findUnique({
    where: { id },
    select: {
      ...JOB,
      zoomUserId: true,
      reason: true,
      nextAttemptAt: true,
      tries: {
        orderBy: { number: 'asc' },
        select: {
          number: true,
          generation: true,
          startedAt: true,
          answeredAt: true,
          endedAt: true,
          outcome: true,
          code: true,
          status: true,
          trackingId: true,
        },
      },
    },
  });
  if (!row) return null;
  return (await withSource(prisma, { rows: [row], nextCursor: null })).rows[0] ?? null;
}

/** Ids of jobs, oldest first, from after one id to before another, so that walking on comes to an end. */
export async function findJobIds(
  prisma: PrismaClient,
  filter: JobFilter,
  { after, before, limit }: { after: string | undefined; before: string; limit: number },
): Promise<string[]> {
  const rows = await prisma.job.findMany({
    where: { ...jobsWhere(filter), id: { lt: before, ...(after && { gt: after }) } },
    orderBy: { id: 'asc' },
    take: limit,
    select: { id: true },
  });
  return rows.map((row) => row.id);
}

function jobsWhere({ sourceIds, ...equal }: JobFilter) {
  return { ...given(equal), ...(sourceIds && { sourceId: { in: sourceIds } }) };
}

export async function listEvents(prisma: PrismaClient, { sourceIds, ...equal }: EventFilter, paging: Paging) {
  const found = await prisma.event.findMany({
    where: { ...given(equal), ...(sourceIds && { sourceId: { in: sourceIds } }), ...after(paging) },
    select: {
      id: true,
      sourceId: true,
      noticeId: true,
      type: true,
      outcome: true,
      reason: true,
      personId: true,
      subject: true,
      occurredAt: true,
      receivedAt: true,
    },
    ...pageOf(paging),
  });
  return withSource(prisma, cut(found, paging));
}

/** All tokens that somebody made, in force or not, never their hashes. */
export async function listTokens(
  prisma: PrismaClient,
  { sourceIds }: { sourceIds?: string[] | undefined },
  paging: Paging,
) {
  const found = await prisma.token.findMany({
    where: { clientId: null, ...(sourceIds && { sourceId: { in: sourceIds } }), ...after(paging) },
    select: {
      id: true,
      name: true,
      sourceId: true,
      scopes: true,
      createdAt: true,
      expiresAt: true,
      revokedAt: true,
      lastUsedAt: true,
    },
    ...pageOf(paging),
  });
  return withSource(prisma, cut(found, paging));
}

/** The connected sources by name, without the built-in one. */
export async function listSources(prisma: PrismaClient) {
  return prisma.source.findMany({
    where: { removedAt: null, kind: { not: 'operator' } },
    orderBy: { name: 'asc' },
    select: {
      name: true,
      kind: true,
      domains: true,
      observed: true,
      presenceOnly: true,
      entitledGroups: true,
      goingLiveAt: true,
      lastNoticeAt: true,
      createdAt: true,
    },
  });
}

/** The ids of all sources that have, or had, a name. */
export async function findSourceIds(prisma: PrismaClient, name: string): Promise<string[]> {
  return (await prisma.source.findMany({ where: { name }, select: { id: true } })).map((row) => row.id);
}

function given<Filter extends object>(filter: Filter) {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
}

function after({ cursor }: Paging) {
  return cursor === undefined ? {} : { id: { lt: cursor } };
}

/** One more than asked for, which tells whether there is a next page. */
function pageOf({ limit }: Paging) {
  return { take: limit + 1, orderBy: { id: 'desc' } } as const;
}

function cut<Row extends { id: string }>(found: Row[], { limit }: Paging): Page<Row> {
  const rows = found.slice(0, limit);
  return { rows, nextCursor: found.length > limit ? (rows.at(-1)?.id ?? null) : null };
}

/** Each row with its source's name in the place of the source's id. */
async function withSource<Row extends { sourceId: string | null }>(
  prisma: PrismaClient,
  { rows, nextCursor }: Page<Row>,
): Promise<Page<Omit<Row, 'sourceId'> & { source: string | null }>> {
  const ids = [...new Set(rows.flatMap((row) => row.sourceId ?? []))];
  const sources = await prisma.source.findMany({
    where: { id: { in: ids } },
    select: { id: true, name: true },
  });
  const names = new Map(sources.map((source) => [source.id, source.name]));
  const named = rows.map(({ sourceId, ...row }) => ({
    ...row,
    source: sourceId && (names.get(sourceId) ?? null),
  }));
  return { rows: named, nextCursor };
}
