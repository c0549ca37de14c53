import { nameOf, type Player } from './cast.js';
import { createScimClient } from './scim-client.js';

/** What an administrator does in Entra ID, said as its provisioning says it, without the aadOptscim062020 flag. */
export interface Entra {
  assign(player: Player): Promise<void>;
  /** Managers come in a pass of their own, after everybody is there. */
  setManager(player: Player, manager: Player): Promise<void>;
  setDepartment(player: Player): Promise<void>;
  disable(player: Player): Promise<void>;
  /** A month after the soft delete, or at once when purged by hand. */
  hardDelete(player: Player): Promise<void>;
}

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

export function createEntra({ url, token }: { url: string; token: string }): Entra {
  const scim = createScimClient({ url, token, headers: {} });
  const ids = new Map<Player, string>();
  const idOf = (player: Player) => {
    const id = ids.get(player);
    if (id === undefined) throw new TypeError(`Entra has not provisioned ${nameOf(player)}`);
    return id;
  };

  return {
    async assign(player) {
      if (await scim.find(`userName eq "${player.mail}"`)) {
        throw new Error(`${nameOf(player)} is there already`);
      }
      ids.set(player, (await scim.create(userOf(player))).id);
    },
    setManager: (player, manager) =>
      scim.patch(idOf(player), { op: 'Add', path: `${ENTERPRISE}:manager`, value: idOf(manager) }),
    async setDepartment(player) {
      await scim.get(idOf(player));
      const path = `${ENTERPRISE}:department`;
      await scim.patch(idOf(player), { op: 'Replace', path, value: player.department });
    },
    disable: (player) => scim.patch(idOf(player), { op: 'Replace', path: 'active', value: 'False' }),
    hardDelete: (player) => scim.remove(idOf(player)),
  };
}

function userOf(player: Player): Record<string, unknown> {
  const { given, family, mail, department } = player;
  return {
    schemas: [USER, ENTERPRISE],
    // The default mapping: Entra's mailNickname.
    externalId: mail.split('@')[0],
    userName: mail,
    active: true,
    displayName: nameOf(player),
    emails: [{ primary: true, type: 'work', value: mail }],
    meta: { resourceType: 'User' },
    name: { formatted: nameOf(player), familyName: family, givenName: given },
    roles: [],
    [ENTERPRISE]: { department },
  };
}
