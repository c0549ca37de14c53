import { PASSWORD } from './settings.js';
import type { Directory } from './member.js';

/** What a directory holds of somebody. */
export interface Entry {
  number: number;
  mail: string;
  department: string;
  active: boolean;
}

interface Request {
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  body?: unknown;
}

const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

/** How each directory says the same things: Okta rewrites users whole, Entra patches attribute by attribute. */
export interface Shape {
  create(entry: Entry): Request;
  rewrite(entry: Entry, what: 'mail' | 'department' | 'active'): Request;
}

export const shapes: Record<Directory, Shape> = {
  okta: {
    create: (entry) => ({ method: 'POST', body: oktaUser(entry) }),
    rewrite: (entry, what) =>
      what === 'active' && !entry.active
        ? { method: 'PATCH', body: patch({ op: 'replace', value: { active: false } }) }
        : { method: 'PUT', body: oktaUser(entry) },
  },
  entra: {
    create: (entry) => ({ method: 'POST', body: entraUser(entry) }),
    rewrite: (entry, what) => ({ method: 'PATCH', body: patch(...entraOperations(entry, what)) }),
  },
};

function entraOperations(entry: Entry, what: 'mail' | 'department' | 'active'): unknown[] {
  switch (what) {
    case 'active':
      return [{ op: 'Replace', path: 'active', value: entry.active ? 'True' : 'False' }];
    case 'department':
      return [{ op: 'Add', path: `${ENTERPRISE}:department`, value: entry.department }];
    case 'mail':
      return [
        { op: 'Replace', path: 'emails[type eq "work"].value', value: entry.mail },
        { op: 'Replace', path: 'userName', value: entry.mail },
      ];
  }
}

function patch(...operations: unknown[]): unknown {
  return { schemas: [PATCH], Operations: operations };
}

function oktaUser({ number, mail, department, active }: Entry): unknown {
  return {
    schemas: [CORE, ENTERPRISE],
    userName: mail,
    name: { givenName: 'Person', familyName: `Number ${number}` },
    emails: [{ primary: true, value: mail, type: 'work' }],
    displayName: `Person Number ${number}`,
    locale: 'en-US',
    externalId: `00u${String(number).padStart(17, '0')}`,
    [ENTERPRISE]: { department },
    groups: [],
    password: PASSWORD,
    active,
  };
}

function entraUser({ number, mail, department, active }: Entry): unknown {
  return {
    schemas: [CORE, ENTERPRISE],
    externalId: `5d0c8d4e-7a31-4f57-9a0b-${String(number).padStart(12, '0')}`,
    userName: mail,
    active,
    displayName: `Person Number ${number}`,
    emails: [{ primary: true, type: 'work', value: mail }],
    meta: { resourceType: 'User' },
    name: { formatted: `Person Number ${number}`, familyName: `Number ${number}`, givenName: 'Person' },
    roles: [],
    [ENTERPRISE]: { department },
  };
}
