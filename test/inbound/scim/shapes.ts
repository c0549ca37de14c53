import { createShapes } from '../../../src/inbound/scim/shape.js';

/** Those of an installation without schemas of its own. */
export const { User: USER_SHAPE, Group: GROUP_SHAPE } = createShapes();
