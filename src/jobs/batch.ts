interface Waiting<In, Out> {
  item: In;
  resolve: (result: Out) => void;
  reject: (error: unknown) => void;
}

export interface BatchOptions<In, Out> {
  /** Does all items in one go; gives one result for each, in order. */
  run: (items: In[]) => Promise<PromiseSettledResult<Out>[]>;
  /** Items in one go, and goes at the same time. */
  maxItems: number;
  maxRunning: number;
}

/** How long what is less than half a go waits beside others under way; a stuck one holds nobody up. */
const GATHER_MS = 5;

/**
 * Gathers what is asked for while earlier asking is under way, so that many at once share a transaction and one
 * alone waits for nobody. Every go costs something of its own: another is begun beside those under way when it is
 * at least half full, or when what waits has waited long enough.
 */
export function createBatch<In, Out>({
  run,
  maxItems,
  maxRunning,
}: BatchOptions<In, Out>): (item: In) => Promise<Out> {
  const waiting: Waiting<In, Out>[] = [];
  let running = 0;
  let scheduled = false;
  let patience: NodeJS.Timeout | undefined;

  const isWorthIt = () => waiting.length > 0 && (running === 0 || waiting.length * 2 >= maxItems);
  const start = () => {
    scheduled = false;
    while (running < maxRunning && isWorthIt()) startOne();
    if (waiting.length > 0 && running < maxRunning) patience ??= setTimeout(startLate, GATHER_MS);
  };
  const startOne = () => {
    clearTimeout(patience);
    patience = undefined;
    running++;
    void runSome(waiting.splice(0, maxItems)).finally(() => {
      running--;
      start();
    });
  };
  const startLate = () => {
    patience = undefined;
    if (waiting.length > 0 && running < maxRunning) startOne();
  };
  const runSome = async (some: Waiting<In, Out>[]) => {
    try {
      const results = await run(some.map((one) => one.item));
      some.forEach((one, index) => settle(one, results[index]));
    } catch (error) {
      some.forEach((one) => one.reject(error));
    }
  };
  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (scheduled || running >= maxRunning) return;
      scheduled = true;
      // After the I/O of this turn: requests that arrived together are kept together.
      setImmediate(start);
    });
}

function settle<In, Out>(one: Waiting<In, Out>, result: PromiseSettledResult<Out> | undefined): void {
  if (!result) one.reject(new TypeError('a batch gave too few results'));
  else if (result.status === 'fulfilled') one.resolve(result.value);
  else one.reject(result.reason);
}
