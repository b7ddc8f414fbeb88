import { setImmediate } from 'node:timers/promises';
import { drain } from '../dispatch/drain.js';
import type { ThreadOrder } from '../dispatch/launcher.js';
import { DormouseError } from '../errors.js';
import { Gate } from '../memory/gate.js';
import { type AttachedParticipant, attachParticipant } from './attach.js';
import { Patience } from './patience.js';

/** Rounds that a thread looks into without sleeping, before its event loop is let on. */
const MOST_AWAKE = 64;

/** A getter that takes a while, of what never changes. */
const ORIGIN_MS = performance.timeOrigin;

/** Who takes part in this thread: one at most. */
let member: Member | undefined;

/**
 * What a worker of a scheduler package does with an order of its host, see `ThreadOrder`: joins a manager's participants, and stays until it is
 * told to leave (`resident`) or until the library is given the next order (`task`). To be handed to the thread library:
 *
 * ```js
 * import { participate } from '@dormouse/core/worker';
 * export default (order) => participate(order); // what the library calls with the order it was given
 * ```
 *
 * Rejects when a behaviour cannot be imported; the host hears of that by itself.
 */
export async function participate(order: ThreadOrder): Promise<void> {
  if (order.kind === 'round') {
    if (member === undefined) throw new DormouseError('ERR_SCHEDULER_CONTRACT', 'a thread was told to run a round before it had joined');
    member.lookUp();
    return;
  }
  const { port, gate, patienceUs } = order;
  const joined = new Member(await attachParticipant(port), Gate.attach(gate), patienceUs / 1000);
  if (order.dispatch === 'resident') await joined.stay();
  else member = joined;
}

/** The worker's part of the protocol: memory/README.md, "The gate". */
class Member {
  readonly #participant: AttachedParticipant;
  readonly #gate: Gate;
  readonly #patience: Patience;

  constructor(participant: AttachedParticipant, gate: Gate, patienceMs: number) {
    this.#participant = participant;
    this.#gate = gate;
    this.#patience = new Patience(patienceMs);
  }

  /** Asleep between rounds, its event loop alive, until it has left. */
  async stay(): Promise<void> {
    const { participant } = this.#participant;
    for (let awake = 0; ; ) {
      // Before it looks: whatever comes while it does wakes it again.
      const { epoch } = this.#gate;
      if (!this.lookUp()) return;
      this.#lookOut(epoch);
      const asleepMs = performance.now();
      if (this.#gate.epoch === epoch) this.#gate.noteAwake(participant, false);
      const sleeping = this.#gate.whenPast(epoch);
      if (sleeping !== undefined || ++awake < MOST_AWAKE) {
        await sleeping;
        this.#gate.noteAwake(participant, true);
        const nowMs = performance.now();
        this.#patience.woke(nowMs, nowMs - asleepMs, (this.#gate.epoch - epoch) | 0);
        continue;
      }
      // Rounds may follow each other so fast that it never sleeps; its event loop is let on all the same.
      awake = 0;
      await setImmediate();
    }
  }

  /** Stays awake until the number is no longer `epoch`, or its patience is over. */
  #lookOut(epoch: number): void {
    let nowMs = performance.now();
    for (const untilMs = this.#patience.untilMs(nowMs); nowMs < untilMs; nowMs = performance.now()) {
      if (this.#gate.epoch !== epoch) return;
    }
    this.#patience.wasInVain(nowMs);
  }

  /** Takes its part in the round in hand, if there is one; false once it has left. */
  lookUp(): boolean {
    try {
      return this.#lookUp();
    } catch (error) {
      // Not a session's error, those are caught: this thread cannot be relied on. The host hears that it is gone, and in what it was.
      this.#participant.leave();
      throw error;
    }
  }

  #lookUp(): boolean {
    const gate = this.#gate;
    const { participant } = this.#participant;
    if (gate.isAskedToLeave(participant)) {
      this.#participant.leave();
      return false;
    }
    const round = gate.enter(participant);
    this.#participant.takeMessages();
    let isLast = false;
    if (round !== 0) {
      const enteredMs = performance.now();
      isLast = drain(gate, participant, this.#participant);
      gate.noteTime(participant, ORIGIN_MS + enteredMs, performance.now() - enteredMs);
    }
    gate.exit(participant);
    if (isLast) gate.drained(round);
    // Behind all that somebody may wait for: it touches what is this thread's alone.
    this.#participant.park();
    return true;
  }
}
