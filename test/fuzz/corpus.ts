const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** What is right, or wrong in a way that clients are: from it everything else is made. */
export const FILTERS = [
  'userName eq "person1@example.com"',
  'externalId eq "00u1" and active eq true',
  'emails[type eq "work"].value eq "person1@example.com"',
  'emails[type eq "work" and value co "@example.com"] or not (title pr)',
  'meta.lastModified ge "2026-01-01T00:00:00Z" and meta.created lt "2027-01-01T00:00:00.000+02:00"',
  `${ENTERPRISE}:department sw "Sales" and ${CORE}:userName ew ".com"`,
  'name.familyName co "O\\u0027Malley" or displayName ne null',
  'groups.value eq "2819c223-7f76-453a-919d-413861904646"',
  'members[value eq "2819c223-7f76-453a-919d-413861904646"]',
  `manager pr and ${ENTERPRISE}:manager.value eq "26118915"`,
  'id eq "2819c223-7f76-453a-919d-413861904646" or schemas eq "x"',
  'addresses[type eq "work"].postalCode gt 100 and roles[primary eq "True"].value pr',
  'not (not (not (userName pr))) and ((((a.b.c eq -1.5e3))))',
  'x509Certificates.value co "AA" or photos.value sw "https" or ims.type le "z"',
];

export const PATHS = [
  'userName',
  'name.givenName',
  'emails[type eq "work"].value',
  'emails[type eq "work" and primary eq true]',
  'addresses[type eq "work"].locality',
  `${ENTERPRISE}:manager`,
  `${ENTERPRISE}:manager.value`,
  ENTERPRISE,
  CORE,
  'members[value eq "2819c223-7f76-453a-919d-413861904646"]',
  'members',
  'roles[primary eq "True"].value',
  'phoneNumbers[not (type eq "fax")].value',
  'meta.version',
  'schemas',
  'urn:example:params:scim:schemas:custom:2.0:User:colour',
  'active',
  'password',
];

export const SORTS = ['userName', 'name.familyName', 'emails.value', 'meta.lastModified', 'id', 'members'];

export const USER = {
  schemas: [CORE, ENTERPRISE],
  userName: 'person1@example.com',
  externalId: '00u1',
  name: { formatted: 'Per Son', familyName: 'Son', givenName: 'Per' },
  displayName: 'Per Son',
  active: true,
  emails: [
    { value: 'person1@example.com', type: 'work', primary: true },
    { value: 'p@example.org', type: 'home' },
  ],
  phoneNumbers: [{ value: 'tel:+1-201-555-0123', type: 'mobile' }],
  addresses: [{ type: 'work', locality: 'Hollywood', postalCode: '91608', primary: false }],
  roles: [{ value: 'admin', primary: 'True' }],
  groups: [],
  password: 'not to be kept',
  [ENTERPRISE]: { department: 'Sales', manager: { value: '26118915' }, employeeNumber: '701984' },
};

export const GROUP = {
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
  displayName: 'Group 1',
  externalId: 'group1',
  members: [{ value: '2819c223-7f76-453a-919d-413861904646', display: 'Per Son', $ref: null }],
};

export const PATCH = {
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations: [
    { op: 'Replace', path: 'active', value: 'False' },
    { op: 'add', value: { 'name.givenName': 'Per', [`${ENTERPRISE}:department`]: 'Sales' } },
    { op: 'Remove', path: 'emails[type eq "home"]' },
    { op: 'add', path: 'members', value: [{ value: '2819c223-7f76-453a-919d-413861904646' }] },
  ],
};

export const SEARCH = {
  schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'],
  attributes: ['displayName', 'userName'],
  filter: 'displayName sw "P"',
  sortBy: 'userName',
  sortOrder: 'descending',
  startIndex: 1,
  count: 10,
};

export const BULK = {
  schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
  failOnErrors: 1,
  Operations: [
    { method: 'POST', path: '/Users', bulkId: 'q', data: { schemas: [CORE], userName: 'bulk@example.com' } },
    {
      method: 'POST',
      path: '/Groups',
      bulkId: 'y',
      data: { displayName: 'Bulk', members: [{ type: 'User', value: 'bulkId:q' }] },
    },
    { method: 'PATCH', path: '/Users/bulkId:q', version: 'W/"1"', data: PATCH },
    { method: 'DELETE', path: '/Groups/bulkId:y' },
  ],
};
