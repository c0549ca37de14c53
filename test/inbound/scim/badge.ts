import { readExtensions } from '../../../src/inbound/scim/extension-schema.js';
import { createShapes, type Shapes } from '../../../src/inbound/scim/shape.js';

export const BADGE_URN = 'urn:example:params:scim:schemas:extension:badge:2.0:User';
export const TEAM_URN = 'urn:example:params:scim:schemas:extension:team:2.0:Group';

const attribute = (name: string, type: string, others: object = {}) => ({ name, type, ...others });

/** An extension with every type, mutability and `returned` that there is. */
export const BADGE = {
  id: BADGE_URN,
  name: 'Badge',
  description: 'Access to buildings',
  attributes: [
    attribute('number', 'integer', { required: true }),
    attribute('weight', 'decimal'),
    attribute('issued', 'dateTime'),
    attribute('valid', 'boolean'),
    attribute('photo', 'binary'),
    attribute('link', 'reference', { referenceTypes: ['external'] }),
    attribute('colour', 'string', { canonicalValues: ['Red', 'Green'] }),
    attribute('code', 'string', { caseExact: true }),
    attribute('doors', 'string', { multiValued: true }),
    attribute('serial', 'string', { mutability: 'immutable' }),
    attribute('origin', 'string', { mutability: 'readOnly' }),
    attribute('pin', 'string', { mutability: 'writeOnly' }),
    attribute('stamp', 'string', { returned: 'always' }),
    attribute('trace', 'string', { returned: 'request' }),
    attribute('hidden', 'string', { returned: 'never' }),
    attribute('maker', 'complex', {
      subAttributes: [
        attribute('name', 'string', { required: true }),
        attribute('batch', 'integer', { mutability: 'immutable' }),
        attribute('secret', 'string', { mutability: 'writeOnly' }),
        attribute('note', 'string', { returned: 'request' }),
        attribute('mark', 'string', { returned: 'always' }),
      ],
    }),
    attribute('visits', 'complex', {
      multiValued: true,
      subAttributes: [
        attribute('value', 'string', { caseExact: true, mutability: 'immutable' }),
        attribute('at', 'dateTime'),
        attribute('count', 'integer'),
        attribute('type', 'string', { canonicalValues: ['office', 'lab'] }),
        attribute('primary', 'boolean'),
      ],
    }),
  ],
};

export const TEAM = {
  id: TEAM_URN,
  name: 'Team',
  resourceType: 'Group',
  attributes: [attribute('floor', 'integer')],
};

export function badgeShapes(): Shapes {
  const files = [
    { name: 'badge.json', json: BADGE },
    { name: 'team.json', json: [TEAM] },
  ];
  const { extensions, problems } = readExtensions(files);
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  return createShapes(extensions);
}
