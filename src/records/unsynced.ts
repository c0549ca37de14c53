/**
 * In a statement of its own, as an expression that is not left out: its commit is not waited for until it is on disk.
 * For what may be lost when PostgreSQL itself is killed: others' commits, which must be waited for, then take less time.
 */
export const UNSYNCED = `set_config('synchronous_commit', 'off', true)`;
