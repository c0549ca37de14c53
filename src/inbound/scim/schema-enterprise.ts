import { complex, reference, text, type Schema } from './attribute.js';

export const ENTERPRISE_URN = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** RFC 7643 §4.3 and §8.7.1. */
export const ENTERPRISE_SCHEMA: Schema = {
  id: ENTERPRISE_URN,
  name: 'EnterpriseUser',
  description: 'Enterprise User',
  attributes: [
    text('employeeNumber', 'The number of the employee'),
    text('costCenter', 'The cost centre'),
    text('organization', 'The organisation'),
    text('division', 'The division'),
    text('department', 'The department'),
    complex('manager', 'The manager', [
      text('value', 'The id of the manager'),
      reference('$ref', 'The URI of the manager', ['User']),
      text('displayName', 'The name of the manager; not taken from clients', { mutability: 'readOnly' }),
    ]),
  ],
};
