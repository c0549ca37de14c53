import { describe, expect, test } from '@jest/globals';
import type { Attribute, Schema } from '../../../src/inbound/scim/attribute.js';
import { DISCOVERY_SCHEMAS } from '../../../src/inbound/scim/schema-discovery.js';
import { ENTERPRISE_SCHEMA } from '../../../src/inbound/scim/schema-enterprise.js';
import { GROUP_SCHEMA } from '../../../src/inbound/scim/schema-group.js';
import { USER_SCHEMA } from '../../../src/inbound/scim/schema-user.js';

const PLURAL = ['value', 'display', 'type', 'primary'];
const ALL = [USER_SCHEMA, ENTERPRISE_SCHEMA, GROUP_SCHEMA, ...DISCOVERY_SCHEMAS];

function namesOf({ attributes }: Schema): Record<string, string[]> {
  const names = (list: Attribute[] = []) => list.map(({ name }) => name);
  return Object.fromEntries(attributes.map(({ name, subAttributes }) => [name, names(subAttributes)]));
}

/** Attributes and their parts by path. */
function flat(schema: Schema): [string, Attribute][] {
  return schema.attributes.flatMap((attribute) => [
    [attribute.name, attribute] as [string, Attribute],
    ...(attribute.subAttributes ?? []).map((sub): [string, Attribute] => [
      `${attribute.name}.${sub.name}`,
      sub,
    ]),
  ]);
}

const pathsWhere = (schema: Schema, isMeant: (attribute: Attribute) => boolean) =>
  flat(schema).flatMap(([path, attribute]) => (isMeant(attribute) ? [path] : []));

describe('User is RFC 7643’s, section 4.1 and 8.7.1', () => {
  test('every attribute, and every part of each', () => {
    expect(namesOf(USER_SCHEMA)).toEqual({
      userName: [],
      name: ['formatted', 'familyName', 'givenName', 'middleName', 'honorificPrefix', 'honorificSuffix'],
      displayName: [],
      nickName: [],
      profileUrl: [],
      title: [],
      userType: [],
      preferredLanguage: [],
      locale: [],
      timezone: [],
      active: [],
      password: [],
      emails: PLURAL,
      phoneNumbers: PLURAL,
      ims: PLURAL,
      photos: PLURAL,
      addresses: [
        'formatted',
        'streetAddress',
        'locality',
        'region',
        'postalCode',
        'country',
        'type',
        'primary',
      ],
      groups: ['value', '$ref', 'display', 'type'],
      entitlements: PLURAL,
      roles: PLURAL,
      x509Certificates: PLURAL,
    });
  });

  test('the characteristics that are not the usual ones', () => {
    const where = (isMeant: (attribute: Attribute) => boolean) => pathsWhere(USER_SCHEMA, isMeant);
    const groups = ['groups', 'groups.value', 'groups.$ref', 'groups.display', 'groups.type'];
    expect(where(({ required }) => required)).toEqual(['userName']);
    expect(where(({ uniqueness }) => uniqueness === 'server')).toEqual(['userName']);
    expect(where(({ mutability }) => mutability === 'readOnly')).toEqual(groups);
    expect(where(({ mutability }) => mutability === 'writeOnly')).toEqual(['password']);
    expect(where(({ returned }) => returned !== 'default')).toEqual(['password']);
    expect(where(({ type }) => type === 'boolean').filter((path) => !path.endsWith('.primary'))).toEqual([
      'active',
    ]);
    expect(where(({ type }) => type === 'binary')).toEqual(['x509Certificates.value']);
    expect(where(({ type }) => type === 'reference')).toEqual(['profileUrl', 'photos.value', 'groups.$ref']);
    expect(where(({ caseExact }) => caseExact === true)).toEqual([
      'profileUrl',
      'photos.value',
      'groups.$ref',
      'x509Certificates.value',
    ]);
    expect(where(({ multiValued }) => multiValued)).toEqual([
      'emails',
      'phoneNumbers',
      'ims',
      'photos',
      'addresses',
      'groups',
      'entitlements',
      'roles',
      'x509Certificates',
    ]);
    const suggested = flat(USER_SCHEMA).flatMap(([path, { canonicalValues }]) =>
      canonicalValues ? [[path, canonicalValues.join(' ')]] : [],
    );
    expect(Object.fromEntries(suggested)).toEqual({
      'emails.type': 'work home other',
      'phoneNumbers.type': 'work home mobile fax pager other',
      'ims.type': 'aim gtalk icq xmpp msn skype qq yahoo other',
      'photos.type': 'photo thumbnail',
      'addresses.type': 'work home other',
      'groups.type': 'direct indirect',
    });
  });
});

test('the Enterprise extension is RFC 7643’s, section 4.3', () => {
  expect(namesOf(ENTERPRISE_SCHEMA)).toEqual({
    employeeNumber: [],
    costCenter: [],
    organization: [],
    division: [],
    department: [],
    manager: ['value', '$ref', 'displayName'],
  });
  expect(pathsWhere(ENTERPRISE_SCHEMA, ({ mutability }) => mutability === 'readOnly')).toEqual([
    'manager.displayName',
  ]);
  expect(pathsWhere(ENTERPRISE_SCHEMA, ({ type }) => type === 'reference')).toEqual(['manager.$ref']);
});

test('Group is RFC 7643’s, section 4.2', () => {
  expect(Object.keys(namesOf(GROUP_SCHEMA))).toEqual(['displayName', 'members']);
  expect(pathsWhere(GROUP_SCHEMA, ({ required }) => required)).toEqual(['displayName']);
  expect(pathsWhere(GROUP_SCHEMA, ({ mutability }) => mutability === 'immutable')).toEqual([
    'members.value',
    'members.$ref',
    'members.type',
    'members.display',
  ]);
});

test('all of them describe themselves in the form of section 7', () => {
  for (const schema of ALL) {
    expect(schema.description).not.toBe('');
    for (const [path, attribute] of flat(schema)) {
      expect([path, attribute.description]).not.toEqual([path, '']);
      expect(attribute).toMatchObject({
        multiValued: expect.any(Boolean),
        required: expect.any(Boolean),
        mutability: expect.stringMatching(/^(readOnly|readWrite|immutable|writeOnly)$/),
        returned: expect.stringMatching(/^(always|never|default|request)$/),
      });
      if (attribute.type === 'string') expect(attribute).toHaveProperty('caseExact');
      if (attribute.type === 'reference') expect(attribute.referenceTypes?.length).toBeGreaterThan(0);
      expect((attribute.type === 'complex') === (attribute.subAttributes !== undefined)).toBe(true);
    }
  }
});

test('what discovery answers has no attribute that its schema does not have', () => {
  for (const schema of DISCOVERY_SCHEMAS) {
    expect(pathsWhere(schema, ({ mutability }) => mutability !== 'readOnly')).toEqual([]);
  }
});
