import { report } from './report.js';
import { oktaUser, type Call, type Reply } from './scim-client.js';

const PATCH_URN = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const GROUP_URN = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const ROUNDS = 3;
const OPERATIONS = 1_000;
const GOAL = '<= 5';

interface Somebody {
  id: string;
  mail: string;
}

/** A group of so many members at once: pushed as Okta does, by one PATCH and by PUT, read, and deleted. */
export async function benchLargeGroup(call: Call, users: Somebody[]): Promise<void> {
  const members = users.map(({ id, mail }) => ({ value: id, display: mail }));
  const took = new Map<string, number[]>();
  for (let round = 0; round < ROUNDS; round++) {
    const displayName = `pushed${round}`;
    const path = await makeGroup(call, displayName);
    const time = async (what: string, method: string, status: number, body?: unknown) =>
      note(took, what, await expectStatus(status, call(method, path, body)));
    const operation = { op: 'replace', path: 'members', value: members };
    await time('push', 'PATCH', 204, { schemas: [PATCH_URN], Operations: [operation] });
    await time('push again', 'PATCH', 204, { schemas: [PATCH_URN], Operations: [operation] });
    await time('PUT', 'PUT', 200, { schemas: [GROUP_URN], displayName, members: members.slice(1) });
    await time('GET', 'GET', 200);
    await time('DELETE', 'DELETE', 204);
  }
  reportLongest(took, `of a group of ${users.length} members`);
}

/** As many operations as a bulk request may have, each on another user: made, put as Okta does, patched. */
export async function benchBulk(call: Call, users: Somebody[]): Promise<void> {
  const some = users.slice(0, OPERATIONS);
  const took = new Map<string, number[]>();
  for (let round = 0; round < ROUNDS; round++) {
    const title = `round ${round}`;
    const retitle = { op: 'replace', path: 'title', value: `patched in ${title}` };
    const posts = some.map(({ mail }, index) => {
      const made = `round${round}-${mail}`;
      return { method: 'POST', path: '/Users', bulkId: `${index}`, data: oktaUser(made, `00u-${made}`) };
    });
    const puts = some.map(({ id, mail }) => {
      const data = { ...oktaUser(mail, `00u-${mail}`), title };
      return { method: 'PUT', path: `/Users/${id}`, data };
    });
    const patches = some.map(({ id }) => {
      const data = { schemas: [PATCH_URN], Operations: [retitle] };
      return { method: 'PATCH', path: `/Users/${id}`, data };
    });
    for (const [what, operations] of Object.entries({ POSTs: posts, PUTs: puts, PATCHes: patches }))
      note(took, what, await bulk(call, operations));
  }
  reportLongest(took, `of ${OPERATIONS} users in one bulk request`);
}

async function makeGroup(call: Call, displayName: string): Promise<string> {
  const { body } = await expectStatus(201, call('POST', '/scim/v2/Groups', { displayName }));
  return `/scim/v2/Groups/${(JSON.parse(body) as { id: string }).id}`;
}

async function bulk(call: Call, Operations: unknown[]): Promise<Reply> {
  const schemas = ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'];
  const reply = await expectStatus(200, call('POST', '/scim/v2/Bulk', { schemas, Operations }));
  const done = (JSON.parse(reply.body) as { Operations: { status: string }[] }).Operations;
  const failed = done.find(({ status }) => !status.startsWith('2'));
  if (failed || done.length !== Operations.length) throw new Error(`not all done: ${JSON.stringify(failed)}`);
  return reply;
}

async function expectStatus(status: number, asked: Promise<Reply>): Promise<Reply> {
  const reply = await asked;
  if (reply.status === status) return reply;
  throw new Error(`answered with ${reply.status}: ${reply.body.slice(0, 500)}`);
}

function note(took: Map<string, number[]>, what: string, { tookMs }: Reply): void {
  took.set(what, [...(took.get(what) ?? []), tookMs]);
}

function reportLongest(took: Map<string, number[]>, of: string): void {
  for (const [what, times] of took)
    report(`${what} ${of}, longest`, Math.max(...times) / 1_000, 's', { goal: GOAL, rounds: times.length });
}
