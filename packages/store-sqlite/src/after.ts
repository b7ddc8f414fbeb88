/**
 * Goes on with what `first` comes to: at once where it returns it, later where it is a promise. So what is done with and without a thread is written once. What `next` throws is
 * not for `failed`.
 */
export function after<T, R>(
  first: () => T | Promise<T>,
  next: (value: T) => R | Promise<R>,
  failed: (error: unknown) => R,
): R | Promise<R> {
  let value: T | Promise<T>;
  try {
    value = first();
  } catch (error) {
    return failed(error);
  }
  return value instanceof Promise ? value.then(next, failed) : next(value);
}

/** For `failed`, where nothing is to be done. */
export function rethrown(error: unknown): never {
  throw error;
}
