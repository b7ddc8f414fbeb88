const FIRST_AFTER_MS = 2000;
const EVERY_MS = 2000;

/** Tells on stderr how far a long run is: nothing in the first two seconds, then a line every two. */
export function progressOf(what: string, ticks: number): (done: number) => void {
  let next = performance.now() + FIRST_AFTER_MS;
  return (done) => {
    const now = performance.now();
    if (now < next || done === ticks) return;
    next = now + EVERY_MS;
    process.stderr.write(`${what}: tick ${done} of ${ticks} (${Math.floor((100 * done) / ticks)} %)\n`);
  };
}
