/**
 * What `load` returns, without the listeners that it puts on the process for `events`: exactly those are taken off again, and all that
 * were there before stay. `load` is synchronous, so that no one else can come between.
 */
export function withoutItsListeners<T>(events: readonly string[], load: () => T): T {
  const before = events.map((event) => process.rawListeners(event));
  const loaded = load();
  for (const [index, event] of events.entries()) {
    for (const listener of process.rawListeners(event)) {
      if (!before[index]?.includes(listener)) process.off(event, listener as () => void);
    }
  }
  return loaded;
}
