import { randomBytes } from 'node:crypto';
import { nameOf, type Player } from './cast.js';
import { createScimClient, type ScimClient, type ScimUser } from './scim-client.js';

/** What an administrator does in Okta, said as Okta's provisioning says it (developer.okta.com, SCIM 2.0). */
export interface Okta {
  assign(player: Player): Promise<void>;
  pushProfile(player: Player): Promise<void>;
  unassign(player: Player): Promise<void>;
  /** Finds the record of old by its userName, and pushes the profile over it. */
  assignAgain(player: Player): Promise<void>;
}

interface Account {
  oktaId: string;
  scimId: string;
}

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';

export function createOkta({ url, token }: { url: string; token: string }): Okta {
  const scim = createScimClient({ url, token, headers: { 'User-Agent': 'Okta SCIM Client 1.0.0' } });
  const accounts = new Map<Player, Account>();
  const accountOf = (player: Player) => {
    const account = accounts.get(player);
    if (account === undefined) throw new TypeError(`Okta has not assigned ${nameOf(player)}`);
    return account;
  };

  async function pushProfile(player: Player): Promise<void> {
    const { oktaId, scimId } = accountOf(player);
    const { meta } = await scim.get(scimId);
    await scim.replace(scimId, { ...profileOf(player, oktaId), id: scimId, meta });
  }

  return {
    pushProfile,
    async assign(player) {
      const oktaId = newOktaId();
      if (await find(scim, player)) throw new Error(`${nameOf(player)} is there already`);
      // A throw-away password comes along even where password sync is off.
      const password = randomBytes(9).toString('base64url');
      const { id } = await scim.create({ ...profileOf(player, oktaId), password });
      accounts.set(player, { oktaId, scimId: id });
    },
    unassign: (player) => scim.patch(accountOf(player).scimId, { op: 'replace', value: { active: false } }),
    async assignAgain(player) {
      const found = await find(scim, player);
      if (!found) throw new Error(`the filter on userName does not find ${nameOf(player)} again`);
      if (found['active'] !== false) throw new Error(`${nameOf(player)} is found, but not inactive`);
      accounts.set(player, { ...accountOf(player), scimId: found.id });
      await pushProfile(player);
    },
  };
}

function find(scim: ScimClient, { mail }: Player): Promise<ScimUser | undefined> {
  return scim.find(`userName eq "${mail}"`, { startIndex: '1', count: '100' });
}

function profileOf(player: Player, oktaId: string): Record<string, unknown> {
  const { given, family, mail } = player;
  return {
    schemas: [USER],
    userName: mail,
    name: { givenName: given, familyName: family },
    emails: [{ primary: true, value: mail, type: 'work', display: mail }],
    displayName: nameOf(player),
    locale: 'en-US',
    externalId: oktaId,
    groups: [],
    active: true,
  };
}

/** 00u and 17 letters or digits. */
function newOktaId(): string {
  return `00u${randomBytes(9).toString('hex').slice(0, 17)}`;
}
