/** What the host and the sessions of the conformance suite tell each other in a tick. Behind it three words for each session. */
const Word = {
  /** Host's thread, plus one. */
  host: 0,
  /** What the next session at its place is to do; 0: nothing. */
  act: 1,
  /** At which session of a batch: 0 is the first. */
  position: 2,
  /** Sessions of a batch. */
  batchRows: 3,
  /** Who did it, plus one; 0: nobody yet. */
  victim: 4,
  /** In which thread. */
  thread: 5,
  /** How often threads were let go. */
  letGos: 6,
  /** Updates that began while the same session's was under way in another thread. */
  clashes: 7,
} as const;
const FIRST = 16;

/** Of a session, by its number. */
const Place = { inside: 0, updates: 1, thread: 2 } as const;
const PLACE_WORDS = 3;

/** How long the host's thread leaves the batches to others while it waits for one of them to act, at each batch. */
const LINGER_MS = 5;
/** Nobody is held up for longer, ms: longer than any claim may take. */
const MOST_HELD_MS = 120_000;

/**
 * For the conformance suite: memory that its sessions share with the host, beside their states, so that they can be told to do harm in a
 * certain place, once, and so that it shows who ran what where even if the scheduler is wrong. Any thread.
 */
export class Witness {
  readonly words: Int32Array;

  private constructor(words: Int32Array) {
    this.words = words;
  }

  /** For sessions `0 … sessions − 1`; `host` is the thread that ticks are called on. */
  static create(sessions: number, batchRows: number, host: number): Witness {
    const length = FIRST + sessions * PLACE_WORDS;
    const witness = new Witness(new Int32Array(new SharedArrayBuffer(length * 4), 0, length));
    witness.words[Word.host] = host + 1;
    witness.words[Word.batchRows] = batchRows;
    return witness;
  }

  static over(words: Int32Array): Witness {
    return new Witness(words);
  }

  // ------------------------------------------------------------------------------------------------------- sessions

  /** A session's update begins. */
  enter(session: number, thread: number): void {
    const at = placeOf(session);
    if (Atomics.compareExchange(this.words, at + Place.inside, 0, thread + 1) !== 0) Atomics.add(this.words, Word.clashes, 1);
    Atomics.store(this.words, at + Place.thread, thread + 1);
  }

  /** It ends. */
  leave(session: number): void {
    const at = placeOf(session);
    Atomics.add(this.words, at + Place.updates, 1);
    Atomics.store(this.words, at + Place.inside, 0);
  }

  /** What this session is to do now: one session in the right place of a batch, and not on the host's thread, is told, once. */
  actOf(session: number, thread: number): number {
    const { words } = this;
    const act = Atomics.load(words, Word.act);
    if (act === 0) return 0;
    const row = session % words[Word.batchRows];
    if (thread + 1 === words[Word.host]) {
      if (row === 0) Atomics.wait(words, Word.act, act, LINGER_MS);
      return 0;
    }
    if (row !== words[Word.position] || Atomics.compareExchange(words, Word.act, act, 0) !== act) return 0;
    Atomics.store(words, Word.thread, thread);
    Atomics.store(words, Word.victim, session + 1);
    Atomics.notify(words, Word.act);
    Atomics.notify(words, Word.victim);
    return act;
  }

  /** How often the host has let threads go on that were held up. To be read by whoever is told to hold, when it is told. */
  get letGos(): number {
    return Atomics.load(this.words, Word.letGos);
  }

  /**
   * Holds up the thread until the host lets it go on, which it may have done since `letGos` was read: whoever is told to hold later may come to it when the host
   * is further on. Gives what ended it.
   */
  hold(letGos: number): 'ok' | 'not-equal' | 'timed-out' {
    return Atomics.wait(this.words, Word.letGos, letGos, MOST_HELD_MS);
  }

  // ----------------------------------------------------------------------------------------------------------- host

  /** Has the next session at `position` of its batch do this. */
  arm(act: number, position: number): void {
    const { words } = this;
    Atomics.store(words, Word.victim, 0);
    Atomics.store(words, Word.position, position);
    Atomics.store(words, Word.act, act);
  }

  /** A session whose update did not come to its end is in no thread any more. */
  forget(session: number): void {
    Atomics.store(this.words, placeOf(session) + Place.inside, 0);
  }

  letGo(): void {
    Atomics.add(this.words, Word.letGos, 1);
    Atomics.notify(this.words, Word.letGos);
  }

  /** Who was told since it was armed. */
  get victim(): number | undefined {
    const victim = Atomics.load(this.words, Word.victim);
    return victim === 0 ? undefined : victim - 1;
  }

  /** The thread that the victim was in. */
  get thread(): number {
    return Atomics.load(this.words, Word.thread);
  }

  /** Resolves when there is a victim. Does not keep the process alive. */
  async whenStruck(): Promise<void> {
    await Atomics.waitAsync(this.words, Word.victim, 0).value;
  }

  get clashes(): number {
    return Atomics.load(this.words, Word.clashes);
  }

  /** Updates of a session that came to their end. */
  updatesOf(session: number): number {
    return Atomics.load(this.words, placeOf(session) + Place.updates);
  }

  /** The thread that last updated a session. */
  threadOf(session: number): number {
    return Atomics.load(this.words, placeOf(session) + Place.thread) - 1;
  }
}

function placeOf(session: number): number {
  return FIRST + session * PLACE_WORDS;
}
