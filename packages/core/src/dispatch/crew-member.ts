import { DormouseError, messageOf } from '../errors.js';
import type { Gate } from '../memory/gate.js';
import type { ParticipantSeat, ParticipantStats } from '../scheduler.js';
import type { CrewParts } from './crew.js';
import type { LaunchedThread } from './launcher.js';
import { settledWithin } from './settled-within.js';

/** How long a library may take to let go of a thread. What takes longer is left to itself, and logged. */
const DISCARD_MS = 5000;

/** A thread that takes part, or will, from its seat's opening until its end is known. */
export class CrewMember {
  readonly seat: ParticipantSeat;
  /** Asked to leave, or ended by us: nobody takes its place. */
  isLeaving = false;
  /** Why its thread comes to its end, if that is known. */
  reason: string | undefined;
  cause: unknown;
  /** The watchdog's: `seat.progress` at its last look, and looks since that has changed. */
  progressSeen = -1;
  looksWithoutProgress = 0;
  looksSinceEnded = 0;
  readonly #parts: CrewParts;
  readonly #joinedMs = performance.now();
  #thread: LaunchedThread | undefined;
  #discarding: Promise<void> | undefined;

  constructor(seat: ParticipantSeat, parts: CrewParts) {
    this.seat = seat;
    this.#parts = parts;
    parts.gate.clear(seat.participant);
  }

  /** Starts the thread, and resolves when it can run batches. When it rejects, the thread is being discarded. */
  async start(): Promise<void> {
    const { launcher, gate, options } = this.#parts;
    const { seat } = this;
    const launching = (async () => launcher.launch({ resourceLimits: options.resourceLimits }))();
    try {
      await this.#inTime(launching);
      this.#thread = await launching;
      // Told to end before there was anything to end.
      if (this.isEnding) this.#discarding = this.#discard();
      const { participant, port } = seat;
      const running = this.#thread.run({ kind: 'join', dispatch: options.dispatch, participant, gate: gate.buffer, port }, [port]);
      running.catch((error) => this.#ranWrong(error));
      await this.#inTime(seat.ready);
      await seat.ready;
    } catch (error) {
      this.isLeaving = true;
      // A library that did not answer in time may yet.
      if (this.#thread === undefined) {
        seat.port.close();
        launching.then(
          (thread) => thread.discard(),
          () => {},
        );
      }
      void this.end();
      throw this.cause === undefined || !DormouseError.isInstance(error, 'ERR_THREAD_GONE') ? error : this.#because(error);
    }
  }

  /** Asks it to come to its end by itself. */
  askToLeave(): void {
    this.isLeaving = true;
    this.#parts.gate.askToLeave(this.seat.participant);
  }

  /** By tasks: gives the thread one. */
  runTask(): void {
    this.#thread?.run({ kind: 'round' }, []).catch((error) => this.#ranWrong(error));
  }

  /** Ends the thread whatever it does, at once; resolves when the library has let go of it, or has taken too long. */
  end(): Promise<void> {
    this.#discarding ??= this.#discard();
    return this.#discarding;
  }

  /** True once its thread was told to end. */
  get isEnding(): boolean {
    return this.#discarding !== undefined;
  }

  stats(gate: Gate, openedMs: number): ParticipantStats {
    const { steals, failedSteals, busyMs, enteredMs } = gate.counts(this.seat.participant);
    const updateUs = busyMs * 1000;
    const idleUs = Math.max(0, (performance.now() - this.#joinedMs) * 1000 - updateUs);
    const stats = { batches: this.seat.batches, steals, failedSteals, updateUs, idleUs };
    return enteredMs >= openedMs ? { ...stats, wakeUs: (enteredMs - openedMs) * 1000 } : stats;
  }

  async #discard(): Promise<void> {
    const thread = this.#thread;
    if (thread === undefined) return;
    const { launcher, host } = this.#parts;
    const discarding = (async () => thread.discard())();
    discarding.catch((error) => host.logger.warn(`${launcher.name} failed to let go of a thread: ${messageOf(error)}`));
    if (!(await settledWithin(discarding, DISCARD_MS))) {
      host.logger.warn(`${launcher.name} has not let go of the thread of participant ${this.seat.participant} within ${DISCARD_MS} ms`);
    }
  }

  async #inTime(work: Promise<unknown>): Promise<void> {
    const { startTimeoutMs } = this.#parts.options;
    if (await settledWithin(work, startTimeoutMs)) return;
    throw new DormouseError(
      'ERR_START_FAILED',
      `the thread of participant ${this.seat.participant} was not ready within ${startTimeoutMs} ms (startTimeoutMs)`,
    );
  }

  #ranWrong(error: unknown): void {
    this.cause ??= error;
    // Ended by us, and said already.
    if (this.isLeaving || this.reason !== undefined) return;
    this.#parts.host.logger.warn(
      `${this.#parts.launcher.name}: the thread of participant ${this.seat.participant} failed: ${messageOf(error)}`,
    );
  }

  #because(error: unknown): DormouseError {
    const { cause } = this;
    return new DormouseError('ERR_THREAD_GONE', `${messageOf(error)}: ${messageOf(cause)}`, { cause });
  }
}
