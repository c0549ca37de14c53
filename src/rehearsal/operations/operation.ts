import type { Answer } from '../answer.js';
import type { HostKeys } from '../host-keys.js';
import type { Label, Settings } from '../options.js';
import type { PageTokens } from '../page-tokens.js';
import type { ZoomUser, ZoomUsers } from '../users.js';

export interface Account {
  settings: Settings;
  users: ZoomUsers;
  hostKeys: HostKeys;
  pageTokens: PageTokens;
}

export interface ApiCall {
  query: URLSearchParams;
  /** The decoded id or e-mail of the path; empty where the path has none. */
  who: string;
  user: ZoomUser | undefined;
  /** The parsed body, `undefined` when it was not JSON. */
  json: unknown;
}

/** One thing Zoom can be asked. Of `scopes` the caller needs one; the first is what Zoom names as missing. */
export interface Operation {
  method: string;
  /** Its first group, if it has one, is the user. */
  path: RegExp;
  label: Label;
  scopes: readonly string[];
  answer(account: Account, call: ApiCall): Answer;
}
