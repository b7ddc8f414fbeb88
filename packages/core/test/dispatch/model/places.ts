/** Rows of a batch: enough for one to be done, one under way and one to come. */
export const ROWS = 2;

/** Where an actor stands: the step it takes next. Names are those of the methods of `Gate`, `SharedRound` and `Participant`. */
export const Pc = {
  // A worker between rounds: `Member.stay` and `lookUp`.
  starting: 1,
  readEpoch: 2,
  isAskedToLeave: 3,
  enterStore: 4,
  enterLoad: 5,
  exitStore: 6,
  exitNotify: 7,
  drainedStore: 8,
  drainedNotify: 9,
  whenPast: 10,
  asleep: 11,
  dead: 12,
  left: 13,
  // In a round: `drain` and `Participant.#runBatch`.
  claimLoad: 20,
  claimSwap: 21,
  wordRow: 22,
  wordSegment: 23,
  wordBatch: 24,
  wordRowNow: 25,
  updateBegin: 26,
  updateEnd: 27,
  wordRunDone: 28,
  advance: 29,
  nextRow: 30,
  nextSegment: 31,
  finish: 32,
  wordBatchDone: 33,
  countOff: 34,
  takeLoad: 35,
  takeSwap: 36,
  keep: 37,
  drainOver: 38,
  // The host.
  beginTick: 50,
  disarm: 51,
  isInside: 52,
  whenOutside: 53,
  awaitOutside: 54,
  recover: 55,
  give: 56,
  awaitReady: 57,
  armStore: 58,
  epochStore: 59,
  wake: 60,
  draining: 61,
  doneLoad: 62,
  isDrained: 63,
  whenDrained: 64,
  awaitDrained: 65,
  endTick: 66,
  askToLeave: 67,
  rouse: 68,
  rouseWake: 69,
  betweenTicks: 70,
  end: 71,
} as const;

const NAMES = new Map<number, string>(Object.entries(Pc).map(([name, pc]) => [pc, name]));

export function nameOf(pc: number): string {
  return NAMES.get(pc) ?? `step ${pc}`;
}

/** What has happened to a row in this tick; bits that no thread of the protocol can see. */
export const Row = { announced: 1, begun: 2, ended: 4, reported: 8 } as const;

/** Where each word of a state lies, for `participants` (the caller is 0) and `batches`. */
export function placesFor(participants: number, batches: number) {
  let size = 0;
  const words = (count = 1): number => {
    const first = size;
    size += count;
    return first;
  };
  const places = {
    // Shared memory: the gate.
    armed: words(),
    epoch: words(),
    remain: words(),
    done: words(),
    width: words(),
    /** The earlier gate's one counter. */
    insideCount: words(),
    range: words(participants),
    inside: words(participants),
    leave: words(participants),
    list: words(batches),
    // Shared memory: a participant's progress, and the round.
    row: words(participants),
    segment: words(participants),
    batch: words(participants),
    tick: words(),
    batchDone: words(batches),
    batchFrom: words(batches),
    // Each thread's own: what it has read and not acted upon yet.
    pc: words(participants),
    seen: words(participants),
    round: words(participants),
    heldRange: words(participants),
    heldBatch: words(participants),
    at: words(participants),
    turn: words(participants),
    isLast: words(participants),
    /** Entries that are done and not counted yet. */
    uncounted: words(participants),
    /** Notified, and not awake yet. */
    woken: words(participants),
    // The host's own. `pc` above is the caller's within a drain.
    hostPc: words(),
    hostAt: words(),
    hostRound: words(),
    hostSeen: words(),
    hostWoken: words(),
    /** Per participant: has said that it is ready; its port's `close` event has come; asked to leave, 2: gone and not replaced. */
    ready: words(participants),
    fenced: words(participants),
    retired: words(participants),
    recovering: words(),
    // What only the search knows.
    deathsLeft: words(),
    diedAt: words(),
    isClosed: words(),
    rows: words(batches * ROWS),
  };
  return { ...places, size: (size + 3) & ~3 };
}

export type Places = ReturnType<typeof placesFor>;

export function pack(begin: number, end: number): number {
  return (end << 4) | begin;
}

export function beginOf(range: number): number {
  return range & 15;
}

export function endOf(range: number): number {
  return range >> 4;
}
