/** A statement's parameters and names while its text is put together. */
export interface Sql {
  params: unknown[];
  /** Adds a parameter, and gives its place in the text. */
  bind(value: unknown, type: 'text' | 'uuid' | 'numeric' | 'boolean' | 'timestamptz' | 'jsonb'): string;
  /** A name that nothing else has. */
  alias(): string;
}

export function createSql(): Sql {
  const params: unknown[] = [];
  let aliases = 0;
  return {
    params,
    bind: (value, type) => `$${params.push(value)}::${type}`,
    alias: () => `v${++aliases}`,
  };
}

/** For names from a schema's table; what a client sends is bound. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** As `foldCase` does it; compared as `compareText` does, whatever collation the database has. */
export function folded(sql: string): string {
  return `fold_case(${sql}) COLLATE "C"`;
}
