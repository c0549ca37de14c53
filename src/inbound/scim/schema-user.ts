import { complex, flag, plural, reference, text, type Schema } from './attribute.js';

const USER_URN = 'urn:ietf:params:scim:schemas:core:2.0:User';

const PLACES = ['work', 'home', 'other'];
const PHONES = ['work', 'home', 'mobile', 'fax', 'pager', 'other'];
const MESSENGERS = ['aim', 'gtalk', 'icq', 'xmpp', 'msn', 'skype', 'qq', 'yahoo', 'other'];
const PICTURES = ['photo', 'thumbnail'];
const READ_ONLY = { mutability: 'readOnly' } as const;

const NAME = complex('name', 'The parts of the name', [
  text('formatted', 'The full name, for display'),
  text('familyName', 'The family name'),
  text('givenName', 'The given name'),
  text('middleName', 'Middle names'),
  text('honorificPrefix', 'What stands before the name, such as Dr.'),
  text('honorificSuffix', 'What stands after the name, such as III'),
]);

const ADDRESSES = complex(
  'addresses',
  'Postal addresses',
  [
    text('formatted', 'The whole address, for display'),
    text('streetAddress', 'Street, house number, post box'),
    text('locality', 'City'),
    text('region', 'State or region'),
    text('postalCode', 'Postal code'),
    text('country', 'Country, ISO 3166-1 alpha-2'),
    text('type', 'What the address is used for', { canonicalValues: PLACES }),
    flag('primary', 'Whether this is the preferred address; true for at most one'),
  ],
  { multiValued: true },
);

const GROUPS = complex(
  'groups',
  'Groups of the user; changed through the groups',
  [
    text('value', 'The id of the group', READ_ONLY),
    reference('$ref', 'The URI of the group', ['User', 'Group'], READ_ONLY),
    text('display', 'The name of the group', READ_ONLY),
    text('type', 'How the user is a member', { ...READ_ONLY, canonicalValues: ['direct', 'indirect'] }),
  ],
  { multiValued: true, ...READ_ONLY },
);

/** RFC 7643 §4.1 and §8.7.1. */
export const USER_SCHEMA: Schema = {
  id: USER_URN,
  name: 'User',
  description: 'User Account',
  attributes: [
    text('userName', 'The name to sign in with, unique within a source', {
      required: true,
      uniqueness: 'server',
    }),
    NAME,
    text('displayName', 'The name for display'),
    text('nickName', 'The name in daily use'),
    reference('profileUrl', 'The URL of a profile page', ['external']),
    text('title', 'The job title'),
    text('userType', 'The relation to the organisation, such as Employee or Contractor'),
    text('preferredLanguage', 'Preferred written or spoken languages'),
    text('locale', 'The locale for numbers, dates and currency'),
    text('timezone', 'The time zone'),
    flag('active', 'Whether the account is in use; false means that the person has left'),
    text('password', 'Accepted and thrown away', { mutability: 'writeOnly', returned: 'never' }),
    plural('emails', 'E-mail addresses', text('value', 'An e-mail address'), PLACES),
    plural('phoneNumbers', 'Telephone numbers', text('value', 'A telephone number'), PHONES),
    plural('ims', 'Instant messaging addresses', text('value', 'An address'), MESSENGERS),
    plural('photos', 'Pictures', reference('value', 'The URL of a picture', ['external']), PICTURES),
    ADDRESSES,
    GROUPS,
    plural('entitlements', 'Things the user is entitled to', text('value', 'An entitlement')),
    plural('roles', 'Roles of the user', text('value', 'A role')),
    plural(
      'x509Certificates',
      'Certificates',
      text('value', 'A DER certificate in base64', { type: 'binary', caseExact: true }),
    ),
  ],
};
