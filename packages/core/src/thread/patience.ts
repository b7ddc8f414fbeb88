/** More rounds than this that were opened while a worker woke are a series: a tick by itself has one or two. */
const FEW_ROUNDS = 2;
/** How long a worker looks out that has just come into a series: longer than an operating system lets one of two busy threads run, so that none of them sleeps. */
const SETTLING_MS = 5;
/** For how long after it came. */
const SETTLED_MS = 50;
/** After it has looked out so long in vain, it does not do so again for this long. */
const VAIN_MS = 1000;

/**
 * How long a worker looks out for the next round before it sleeps. Times are ms of one clock.
 *
 * For a moment, if rounds come one behind the other: as long as it would have had to the last time. For more, if it comes into a series of them late: it may then have been
 * given the host's own processor, though another is idle, and there it does nothing but interrupt the host. An operating system moves one of two threads that are
 * both busy, within some ticks of its clock, and none that sleeps again at once. Where there is no other processor to move to, that is a few ms a second for nothing.
 */
export class Patience {
  readonly #mostMs: number;
  #isShortSleep = false;
  #settledMs = Number.NEGATIVE_INFINITY;
  #isSettling = false;
  #vainMs = Number.NEGATIVE_INFINITY;

  /** `mostMs` ≥ 0: what two rounds may have between them that come one behind the other; 0: it never looks out. */
  constructor(mostMs: number) {
    this.#mostMs = mostMs;
  }

  /** It is awake, after `sleptMs`, in which so many rounds were opened. */
  woke(nowMs: number, sleptMs: number, rounds: number): void {
    // Of rounds that were opened while it woke, one came close behind the other.
    this.#isShortSleep = rounds > 1 || sleptMs < this.#mostMs;
    if (rounds > FEW_ROUNDS && nowMs >= this.#vainMs) this.#settledMs = nowMs + SETTLED_MS;
  }

  /** Until when it looks out that has nothing to do since `nowMs`. */
  untilMs(nowMs: number): number {
    if (this.#mostMs === 0) return nowMs;
    this.#isSettling = nowMs < this.#settledMs;
    if (this.#isSettling) return nowMs + SETTLING_MS;
    return this.#isShortSleep ? nowMs + this.#mostMs : nowMs;
  }

  /** No round came while it looked out, if it did; it is `nowMs`. */
  wasInVain(nowMs: number): void {
    if (!this.#isSettling) return;
    this.#settledMs = Number.NEGATIVE_INFINITY;
    this.#vainMs = nowMs + VAIN_MS;
  }
}
