import type { Shape } from './shape.js';
import type { Sql } from './sql.js';

/** What a statement asks for, and whose attributes its names are. */
export interface Asking {
  shape: Shape;
  /** Types that are asked for as well. */
  others: Shape[];
  /** Whose resources. */
  sourceId: string;
  /** Of addresses in answers, up to and without the slash before the endpoint. */
  baseUrl: string;
  sql: Sql;
}

/** As answers say where a resource is. */
export function locationOf({ baseUrl, sql }: Asking, type: string, id: string): string {
  return `(${sql.bind(baseUrl, 'text')} || '/' || ${type} || 's/' || ${id})`;
}
