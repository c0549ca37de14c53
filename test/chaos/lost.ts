import { isWanted, type Member } from './member.js';
import type { Acknowledged } from './directories.js';
import type { Stage } from './stage.js';

type Looked = Pick<Stage, 'core' | 'zoom' | 'directories' | 'sources'>;

/** What was acknowledged and is not there, or has not had its effect; and notices that are there more than once. */
export async function findLost(
  stage: Looked,
  cast: Member[],
): Promise<{ lost: string[]; doubled: string[] }> {
  const lost: string[] = [];
  const doubled: string[] = [];
  const kept = await notices(stage);
  for (const { name, resources, refused } of Object.values(stage.directories)) {
    lost.push(...refused);
    for (const resource of resources) {
      const who = `${resource.entry.mail} in ${name}`;
      const count = kept.get(`${stage.sources[name]} ${resource.id}`) ?? 0;
      const said = `${who}: ${count} notices kept of ${resource.changes} acknowledged`;
      if (count < resource.changes) lost.push(said);
      if (count > resource.changes) doubled.push(said);
      lost.push(...(await unlike(stage, stage.sources[name], who, resource)));
    }
  }
  const webhooks = await webhookNotices(stage);
  lost.push(...webhooks.lost);
  doubled.push(...webhooks.doubled);
  for (const member of cast) lost.push(...(await withoutEffect(stage, member)));
  return { lost, doubled };
}

/** How many notices tell of each SCIM resource, by source and id. */
async function notices({ core }: Looked): Promise<Map<string, number>> {
  const { rows } = await core.database.pool.query<{ about: string; count: number }>(
    `SELECT source_id || ' ' || split_part(body->>'path', '/', 3) AS about, count(*)::int FROM notices
     WHERE body ? 'path' GROUP BY 1`,
  );
  return new Map(rows.map(({ about, count }) => [about, count]));
}

/** Where a SCIM resource differs from what its directory was told is kept. */
async function unlike(
  { core }: Looked,
  sourceId: string,
  who: string,
  told: Acknowledged,
): Promise<string[]> {
  const row = await core.database.prisma.scimResource.findUnique({
    where: { sourceId_id: { sourceId, id: told.id } },
  });
  if (told.removed) return row ? [`${who}: removed, and still there`] : [];
  if (!row) return [`${who}: acknowledged, and not there`];
  const { userName } = row.resource as { userName: string };
  const { mail, active, department } = told.entry;
  const wrong = [
    userName !== mail && `userName is ${userName}`,
    row.active !== active && `active is ${row.active}`,
    !JSON.stringify(row.resource).includes(`"department":"${department}"`) &&
      `department is not ${department}`,
  ];
  return wrong.filter((one) => one !== false).map((one) => `${who}: ${one}`);
}

/** One notice for each body that was delivered, however often it came. */
async function webhookNotices({ core, zoom, sources }: Looked) {
  const delivered = new Set(
    zoom.deliveries.filter(({ state }) => state === 'delivered').map(({ body }) => body),
  );
  const sent = new Set(zoom.deliveries.map(({ body }) => body));
  const count = await core.database.prisma.notice.count({ where: { sourceId: sources.zoom } });
  const said = `Zoom's webhook: ${count} notices kept, ${delivered.size} acknowledged, ${sent.size} sent`;
  return { lost: count < delivered.size ? [said] : [], doubled: count > sent.size ? [said] : [] };
}

/** Whoever should have a key has one, and nobody else: by what was said of them, not by what we keep of it. */
async function withoutEffect({ core, zoom }: Looked, member: Member): Promise<string[]> {
  const { rows } = await core.database.pool.query<{ held: string[] | null; contested: boolean }>(
    `SELECT contested_at IS NOT NULL AS contested,
       (SELECT array_agg(zoom_users.id) FROM zoom_users
        JOIN host_keys ON host_keys.zoom_user_id = zoom_users.id AND state = 'active'
        WHERE zoom_users.person_id = people.id) AS held
     FROM people JOIN links ON links.person_id = people.id AND links.kind = 'mail' AND links.value = $1`,
    [member.mail],
  );
  const user = zoom.users.find(member.mail);
  const held = rows[0]?.held ?? [];
  const story = JSON.stringify(member);
  if (!isWanted(member)) return held.length > 0 ? [`has a key and should not: ${story}`] : [];
  if (user?.status !== 'active' || rows[0]?.contested) return [];
  return held.includes(user.id) ? [] : [`should have a key and has none: ${story}`];
}
