import type { MessagePort } from 'node:worker_threads';
import { DormouseError, messageOf } from '../errors.js';
import type { Gate } from '../memory/gate.js';
import type { ParticipantSeat, ParticipantStats } from '../scheduler.js';
import type { CrewParts } from './crew-parts.js';
import type { LaunchedThread, ThreadOrder } from './launcher.js';
import { settledWithin } from './settled-within.js';

/** How long a library may take to let go of a thread. What takes longer is left to itself, and logged. */
const DISCARD_MS = 5000;
/** By tasks: that a thread is given at once. The first may be done and not be known to be; a third would only queue. */
const MOST_TASKS = 2;

/** What a tick of some thousand sessions leaves between two rounds: packets are handed out and pushed. To fall asleep and be woken takes a worker 50 to 80 µs. */
const PATIENCE_US = 500;

/** A thread that takes part, or will, from its seat's opening until its end is known. */
export class CrewMember {
  readonly seat: ParticipantSeat;
  /** Asked to leave, or ended by us: nobody takes its place. */
  isLeaving = false;
  /** True from when its thread could run batches; before, whoever starts it sees to its end. */
  hasStarted = false;
  /** Why its thread is ended by us. */
  reason: string | undefined;
  /** What its thread failed with, from when the library has said so. */
  cause: unknown;
  /** Resolves when {@link cause} is known; of a thread that ends well, never. */
  readonly explained: Promise<void>;
  /** The watchdog's: `seat.progress` at its last look, and looks since that has changed. */
  progressSeen = -1;
  looksWithoutProgress = 0;
  looksSinceEnded = 0;
  readonly #parts: CrewParts;
  readonly #joinedMs = performance.now();
  #launching: Promise<LaunchedThread> | undefined;
  #thread: LaunchedThread | undefined;
  #discarding: Promise<void> | undefined;
  #tasks = 0;
  #isTaskDue = false;
  #progressAtStart = 0;
  #explain!: () => void;

  constructor(seat: ParticipantSeat, parts: CrewParts) {
    this.seat = seat;
    this.#parts = parts;
    this.explained = new Promise((resolve) => {
      this.#explain = resolve;
    });
    parts.gate.clear(seat.participant);
  }

  /** Starts the thread, and resolves when it can run batches. When it rejects, the thread is being discarded. */
  async start(): Promise<void> {
    const { launcher, gate, options } = this.#parts;
    const { seat } = this;
    const { participant, port } = seat;
    try {
      this.#launching = (async () => launcher.launch({ resourceLimits: options.resourceLimits }))();
      await this.#inTime(this.#launching);
      this.#thread = await this.#launching;
      const { dispatch, callerParticipates } = options;
      // Without the caller it is the caller who must come to its turn, on a processor that somebody would keep busy.
      const patienceUs = callerParticipates ? PATIENCE_US : 0;
      this.#run({ kind: 'join', dispatch, participant, gate: gate.buffer, patienceUs, port }, [port]);
      await this.#inTime(seat.ready);
      this.hasStarted = true;
      this.#progressAtStart = seat.progress;
    } catch (error) {
      this.isLeaving = true;
      void this.end();
      throw this.cause === undefined || !DormouseError.isInstance(error, 'ERR_THREAD_GONE') ? error : this.#because(error);
    }
  }

  /** Asks it to come to its end by itself. */
  askToLeave(): void {
    this.isLeaving = true;
    this.#parts.gate.askToLeave(this.seat.participant);
  }

  /** By tasks: gives the thread one; where it has two already, when the first of them is done. */
  runTask(): void {
    if (this.#tasks === MOST_TASKS) {
      this.#isTaskDue = true;
      return;
    }
    this.#tasks++;
    this.#run({ kind: 'round' }, [], () => {
      this.#tasks--;
      if (!this.#isTaskDue) return;
      this.#isTaskDue = false;
      this.runTask();
    });
  }

  /** Ends the thread whatever it does, at once; resolves when the library has let go of it, or has taken too long. */
  end(): Promise<void> {
    this.#discarding ??= this.#discard();
    return this.#discarding;
  }

  /** True if it has run anything since its start. */
  get hasCome(): boolean {
    return this.seat.progress !== this.#progressAtStart;
  }

  /** True once its thread was told to end. */
  get isEnding(): boolean {
    return this.#discarding !== undefined;
  }

  /** Why its thread is gone, as a part of a sentence. */
  get reasonOfEnd(): string {
    if (this.reason !== undefined) return this.reason;
    return this.cause === undefined ? 'its thread ended, and why is not known' : `its thread ended: ${messageOf(this.cause)}`;
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
    const { launcher, host } = this.#parts;
    const failed = (error: unknown): void => host.logger.warn(`${launcher.name} failed to let go of a thread: ${messageOf(error)}`);
    if (thread === undefined) {
      // A library that has not answered yet may still do so.
      this.#launching
        ?.then(
          (late) => late.discard(),
          () => {},
        )
        .catch(failed);
    } else {
      const discarding = (async () => thread.discard())();
      discarding.catch(failed);
      if (!(await settledWithin(discarding, DISCARD_MS))) {
        host.logger.warn(`${launcher.name} has not let go of the thread of participant ${this.seat.participant} within ${DISCARD_MS} ms`);
      }
    }
    // Where it was not handed over nobody else can; where it was, this does nothing.
    this.seat.port.close();
  }

  /** Has the thread do something. One that fails in it cannot be relied on. */
  #run(order: ThreadOrder, transferList: readonly MessagePort[], done?: () => void): void {
    const running = (async () => this.#thread?.run(order, transferList))();
    running.then(done, (error) => {
      this.#ranWrong(error);
      void this.end();
    });
  }

  /** Resolves when `work` has; rejects with what it rejects with, when the seat comes to its end before, or when it takes too long. */
  async #inTime(work: Promise<unknown>): Promise<void> {
    const { startTimeoutMs } = this.#parts.options;
    const { participant, ready } = this.seat;
    const first = Promise.race([work, ready]);
    if (await settledWithin(first, startTimeoutMs)) {
      await first;
      return;
    }
    throw new DormouseError(
      'ERR_START_FAILED',
      `the thread of participant ${participant} was not ready within ${startTimeoutMs} ms (startTimeoutMs)`,
    );
  }

  #ranWrong(error: unknown): void {
    const isFirst = this.cause === undefined;
    this.cause ??= error ?? new Error('it did not say why');
    this.#explain();
    // Said once; of one that was ended by us, already.
    if (!isFirst || this.isLeaving || this.reason !== undefined) return;
    this.#parts.host.logger.warn(
      `${this.#parts.launcher.name}: the thread of participant ${this.seat.participant} failed: ${messageOf(error)}`,
    );
  }

  #because(error: unknown): DormouseError {
    const { cause } = this;
    return new DormouseError('ERR_THREAD_GONE', `${messageOf(error)}: ${messageOf(cause)}`, { cause });
  }
}
