import { complex, reference, text, type Schema } from './attribute.js';

const GROUP_URN = 'urn:ietf:params:scim:schemas:core:2.0:Group';

const MEMBER_TYPES = ['User', 'Group'];

/** RFC 7643 §4.2. */
export const GROUP_SCHEMA: Schema = {
  id: GROUP_URN,
  name: 'Group',
  description: 'A group of users',
  attributes: [
    text('displayName', 'The name of the group, unique among groups', {
      required: true,
      uniqueness: 'server',
    }),
    {
      ...complex('members', 'Who belongs to the group', [
        text('value', 'The id of the member', { caseExact: true, mutability: 'immutable' }),
        { ...reference('$ref', 'Where the member is', MEMBER_TYPES), mutability: 'immutable' },
        text('type', 'What the member is', { canonicalValues: MEMBER_TYPES, mutability: 'immutable' }),
        text('display', 'The name of the member, as it was when it was added', { mutability: 'immutable' }),
      ]),
      multiValued: true,
    },
  ],
};
