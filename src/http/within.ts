/** What `work` comes to, or `lateError` once it takes longer than `ms`; the work then goes on, and nobody hears of it. */
export async function within<T>(work: Promise<T>, ms: number, lateError: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(lateError()), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
