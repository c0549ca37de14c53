import { type Answer, validationFailed, zoomError } from '../answer.js';
import { listedUser } from '../user-shapes.js';
import type { UserStatus, ZoomUser } from '../users.js';
import type { Account, Operation } from './operation.js';

interface ListQuery {
  status: UserStatus;
  pageSize: number;
  withHostKey: boolean;
}

const STATUSES: readonly string[] = ['active', 'inactive', 'pending'] satisfies UserStatus[];
const INCLUDABLE = [null, 'custom_attributes', 'host_key'];
const DEFAULT_PAGE_SIZE = 30;
const MAX_PAGE_SIZE = 300;

export const listUsers: Operation = {
  method: 'GET',
  path: /^\/v2\/users$/,
  label: 'medium',
  scopes: ['user:read:list_users:admin', 'user:read:admin'],
  answer(account, { query }) {
    const asked = readQuery(query);
    if ('refusal' in asked) return asked.refusal;
    const token = query.get('next_page_token') ?? '';
    const after = token === '' ? 0 : account.pageTokens.read(token, JSON.stringify(asked));
    if (after === undefined) return zoomError(400, 300, 'The next page token is invalid or expired.');
    return { status: 200, body: page(account, asked, after) };
  },
};

function readQuery(query: URLSearchParams): ListQuery | { refusal: Answer } {
  const status = query.get('status') ?? 'active';
  if (!STATUSES.includes(status)) return { refusal: validationFailed('status') };
  const pageSize = Number(query.get('page_size') ?? DEFAULT_PAGE_SIZE);
  if (!Number.isInteger(pageSize) || pageSize < 1 || pageSize > MAX_PAGE_SIZE) {
    return { refusal: validationFailed('page_size') };
  }
  const included = query.get('include_fields');
  if (!INCLUDABLE.includes(included)) return { refusal: validationFailed('include_fields') };
  return { status: status as UserStatus, pageSize, withHostKey: included === 'host_key' };
}

function page(
  { settings, users, pageTokens }: Account,
  asked: ListQuery,
  after: number,
): Record<string, unknown> {
  const all = users.list(asked.status);
  const rest = all.filter((user) => user.number > after);
  const shown = rest.slice(0, asked.pageSize);
  const last = shown.at(-1);
  const more = rest.length > shown.length && last !== undefined;
  const hostKey = asked.withHostKey && settings.listsHostKeys;
  return {
    next_page_token: more ? pageTokens.issue(JSON.stringify(asked), last.number) : '',
    page_count: Math.ceil(all.length / asked.pageSize),
    page_size: asked.pageSize,
    total_records: all.length,
    users: shown.map((user: ZoomUser) => listedUser(user, { hostKey })),
  };
}
