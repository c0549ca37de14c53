import { BadSetting } from './errors.js';

interface RedisLogin {
  readonly tls: boolean;
  readonly username: string | undefined;
  readonly password: string | undefined;
}

export interface RedisNode {
  readonly host: string;
  readonly port: number;
}

export type RedisAddress =
  | (RedisLogin & { readonly kind: 'single'; readonly node: RedisNode; readonly db: number })
  | (RedisLogin & { readonly kind: 'cluster'; readonly nodes: readonly RedisNode[] })
  | (RedisLogin & {
      readonly kind: 'sentinel';
      readonly nodes: readonly RedisNode[];
      /** The name of the primary, as the sentinels know it. */
      readonly primary: string;
      readonly db: number;
      readonly sentinelUsername: string | undefined;
      readonly sentinelPassword: string | undefined;
    });

//                 scheme       kind                       login          nodes     path            query
const FORM =
  /^(rediss?)(?:\+(sentinel|cluster))?:\/\/(?:([^@/?#]*)@)?([^@/?#]+)(?:\/([^?#]*))?(?:\?([^#]*))?$/i;
const NODE = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::(\d{1,5}))?$/i;

/**
 * Reads one of
 *
 *     redis://[[user]:password@]host[:6379][/db]
 *     redis+sentinel://[[user]:password@]host[:26379],...,host/primary[/db][?sentinelUsername=&sentinelPassword=]
 *     redis+cluster://[[user]:password@]host[:6379],...,host
 *
 * `rediss` instead of `redis` means TLS, to sentinels too. User, password and names are percent-encoded.
 *
 * @throws BadSetting
 */
export function parseRedisUrl(text: string): RedisAddress {
  const [, scheme, kind = 'single', login, nodeList, path = '', query = ''] = FORM.exec(text) ?? [];
  if (scheme === undefined || nodeList === undefined) {
    throw new BadSetting('must look like redis://, rediss://, redis+sentinel:// or redis+cluster://');
  }
  const common = { tls: scheme.toLowerCase() === 'rediss', ...parseLogin(login) };
  const hosts = nodeList.split(',');
  switch (kind.toLowerCase()) {
    case 'sentinel':
      return {
        kind: 'sentinel',
        nodes: hosts.map(parseNode(26379)),
        ...common,
        ...parsePrimary(path),
        ...parseQuery(query),
      };
    case 'cluster':
      if (path !== '' || query !== '') throw new BadSetting('a cluster takes neither a database nor options');
      return { kind: 'cluster', nodes: hosts.map(parseNode(6379)), ...common };
    default:
      if (hosts.length > 1) throw new BadSetting('several hosts need redis+sentinel:// or redis+cluster://');
      if (query !== '') throw new BadSetting('options are not known here');
      return { kind: 'single', node: parseNode(6379)(nodeList), db: parseDb(path), ...common };
  }
}

function parseLogin(login: string | undefined): {
  username: string | undefined;
  password: string | undefined;
} {
  if (login === undefined) return { username: undefined, password: undefined };
  const colon = login.indexOf(':');
  if (colon < 0) throw new BadSetting('a user needs a password: user:password@, or :password@');
  return { username: decode(login.slice(0, colon)) || undefined, password: decode(login.slice(colon + 1)) };
}

function parseNode(defaultPort: number): (text: string) => RedisNode {
  return (text) => {
    const [, ipv6, name, digits] = NODE.exec(text) ?? [];
    const host = ipv6 ?? name;
    const port = digits === undefined ? defaultPort : Number(digits);
    if (host === undefined || port < 1 || port > 65535)
      throw new BadSetting('has a host or port that cannot be read');
    return { host, port };
  };
}

function parsePrimary(path: string): { primary: string; db: number } {
  const slash = path.indexOf('/');
  const primary = decode(slash < 0 ? path : path.slice(0, slash));
  if (primary === '') throw new BadSetting('needs the name of the primary: redis+sentinel://host,host/name');
  return { primary, db: slash < 0 ? 0 : parseDb(path.slice(slash + 1)) };
}

function parseDb(text: string): number {
  if (!/^\d{0,4}$/.test(text)) throw new BadSetting('has a database that is not a number');
  return Number(text);
}

function parseQuery(query: string) {
  const { sentinelUsername, sentinelPassword, ...rest } = Object.fromEntries(new URLSearchParams(query));
  if (Object.keys(rest).length > 0)
    throw new BadSetting('knows no options but sentinelUsername, sentinelPassword');
  return { sentinelUsername, sentinelPassword };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new BadSetting('has a % that begins no percent-encoded character');
  }
}
