interface Asking<In, Out> {
  item: In;
  resolve: (result: Out) => void;
  reject: (error: unknown) => void;
}

/**
 * What is asked for in one turn of the event loop is asked together: requests that arrived together share a query.
 * `ask` gives one result for each, in order; when it fails, it fails for all of them.
 */
export function createTogether<In, Out>(ask: (items: In[]) => Promise<Out[]>): (item: In) => Promise<Out> {
  let waiting: Asking<In, Out>[] = [];
  const askAll = async () => {
    const asked = waiting;
    waiting = [];
    try {
      const results = await ask(asked.map(({ item }) => item));
      asked.forEach(({ resolve }, index) => resolve(results[index] as Out));
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  };
  return (item) =>
    new Promise((resolve, reject) => {
      // After the I/O of this turn.
      if (waiting.push({ item, resolve, reject }) === 1) setImmediate(() => void askAll());
    });
}
