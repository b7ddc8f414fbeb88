/** Rejects when what is under way is not done in `ms` of wall-clock time, with what `late` makes; what it comes to then is nobody's. */
export function within<T>(ms: number, underWay: Promise<T>, late: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), ms);
  });
  return Promise.race([underWay, timeout]).finally(() => clearTimeout(timer));
}
