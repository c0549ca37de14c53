/** Each takes memory of every connection. */
const MOST = 32;

/**
 * Names for statements whose text is put together: those that are asked for again are then planned once per connection.
 * The first texts get one, which are those that clients ask all the time; what comes after goes without.
 */
export function createStatementNames(prefix: string, most = MOST): (text: string) => string | undefined {
  const names = new Map<string, string>();
  return (text) => {
    if (!names.has(text) && names.size < most) names.set(text, `${prefix}:${names.size}`);
    return names.get(text);
  };
}
