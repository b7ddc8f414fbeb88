import { DormouseError, messageOf } from '../errors.js';
import { publish } from '../events.js';
import { CrewMember } from './crew-member.js';
import type { CrewParts } from './crew-parts.js';
import { Retry } from './retry.js';
import { settledWithin } from './settled-within.js';

/** How long a thread that was asked to leave may take before it is ended. */
const LEAVE_MS = 1000;
/** How long a library is waited for that has not said yet why a thread has died: it hears so some ms after the thread's ports were closed, and some tens of ms where others have the processors. */
const EXPLAIN_MS = 200;
/** Threads that fail to start, one after the other, before the next is tried after a pause; or, where nobody is left, before it is given up. */
const MOST_FAILURES = 3;
/** Threads that start and are gone before they have run anything, one after the other, before no more are tried. */
const MOST_IN_VAIN = 20;
const CALLER = 0;

/** The threads of a scheduler: starts, replaces, adds and removes them. Main thread only. */
export class Crew {
  /** Threads there are, those too that are starting, leaving, or gone and not reaped yet. */
  members: readonly CrewMember[] = [];
  /** Who runs batches in the next round: the caller, if it participates, and every thread that is ready. */
  runners: readonly number[] = [];
  /** Highest number of a participant, plus one. */
  width = 1;
  /** True when a thread is gone and has not been reaped. */
  hasGone = false;
  /** Threads that were lost and replaced. */
  replaced = 0;
  /** Why no round can be finished any more. */
  failure: DormouseError | undefined;
  /** Whoever waits for anything of the crew; called when a thread has come to be ready, is gone, or when the watchdog thinks it better. */
  onChange: (() => void) | undefined;
  readonly #parts: CrewParts;
  readonly #hiring = new Set<Promise<unknown>>();
  readonly #ending = new Set<Promise<unknown>>();
  readonly #retry: Retry;
  #wanted = 0;
  /** Threads that could not be started in the place of others, one after the other. */
  #failures = 0;
  #inVain = 0;
  /** Threads that are being started in the place of others. */
  #replacing = 0;

  constructor(parts: CrewParts) {
    this.#parts = parts;
    this.#retry = new Retry(parts.host.clock, () => this.#replace());
    this.#list();
  }

  /** Threads that are wanted and cannot run batches: being started, or tried again. */
  get missing(): number {
    return Math.max(0, this.#wanted - this.#readyCount);
  }

  /** Brings the threads to `count`, up or down; when it rejects those there were are there, and no others. Between rounds. */
  async resize(count: number): Promise<void> {
    await Promise.allSettled(this.#hiring);
    this.reap();
    const before = this.#wanted;
    this.#wanted = count;
    this.#failures = 0;
    this.#retry.clear();
    try {
      await this.#fill();
    } catch (error) {
      this.#wanted = before;
      if (this.missing > 0) this.#retry.later();
      throw error;
    } finally {
      await this.#dismissSurplus();
    }
  }

  /** Ends all threads, within a bound whatever they do. Between rounds. */
  async stop(): Promise<void> {
    this.#wanted = 0;
    this.#retry.clear();
    await this.#dismiss(this.members);
    await Promise.allSettled([...this.#hiring, ...this.#ending]);
    this.reap();
  }

  /** Resolves when it is known why the threads have died that are gone, within a bound: their sessions are reported with it. */
  async whenExplained(): Promise<void> {
    const silent = this.members.filter(({ seat, isLeaving, reason, cause }) => {
      return seat.isGone && !isLeaving && reason === undefined && cause === undefined;
    });
    if (silent.length === 0 || (await settledWithin(Promise.all(silent.map(({ explained }) => explained)), EXPLAIN_MS))) return;
    // Timers come first in a turn of the event loop: what this thread was kept from hearing meanwhile comes behind them.
    await new Promise((resolve) => setImmediate(resolve));
  }

  /**
   * Takes leave of the threads that are gone: what they were interrupted in is noted, and others are started in their place. The gate must be
   * closed.
   */
  reap(): void {
    if (!this.hasGone) return;
    const { gate, host } = this.#parts;
    const gone = this.members.filter(({ seat }) => seat.isGone);
    this.members = this.members.filter(({ seat }) => !seat.isGone);
    this.hasGone = false;
    this.#list();
    for (const member of gone) {
      const { seat, isLeaving, reasonOfEnd: reason, cause } = member;
      this.#inVain = member.hasCome ? 0 : this.#inVain + 1;
      seat.retire(reason, cause);
      gate.clear(seat.participant);
      const ended = this.#track(this.#ending, member.end());
      if (!member.hasStarted || (isLeaving && member.reason === undefined)) continue;
      host.logger.warn(`the thread of participant ${seat.participant} is gone (${reason}); another is started in its place`);
      this.replaced++;
      // Not while the other is being taken down, where somebody else is there: both at once keep the host from its processor for 20 ms.
      if (this.runners.length > 0) void ended.then(() => this.#replace());
      else if (this.#inVain < MOST_IN_VAIN) this.#replace();
      else
        this.fail(
          goneFor(
            `${MOST_IN_VAIN} threads in a row have ended before they ran anything: ${cause === undefined ? reason : messageOf(cause)}`,
            cause,
          ),
        );
    }
  }

  /** Resolves when somebody can run batches. Throws `ERR_THREAD_GONE` with the cause if nobody ever will. */
  async whenAble(): Promise<void> {
    while (this.runners.length === 0) {
      if (this.failure !== undefined) throw this.failure;
      if (this.members.length === 0 && this.#replacing === 0) this.#replace();
      await new Promise<void>((resolve) => {
        this.onChange = resolve;
      });
      this.reap();
    }
  }

  /** Wakes whoever sleeps to the round that was opened. */
  wake(): void {
    const { gate, options } = this.#parts;
    if (options.dispatch === 'resident') gate.wake();
    else for (const member of this.members) if (member.seat.isReady && !member.isEnding) member.runTask();
  }

  /** Has everybody look up, though there is no round. */
  rouse(): void {
    this.#parts.gate.rouse();
    if (this.#parts.options.dispatch === 'task') this.wake();
  }

  /** Ends a thread that does not come back: it is replaced when it is gone. */
  endStuck(member: CrewMember, reason: string): void {
    member.reason = reason;
    void this.#track(this.#ending, member.end());
    this.#list();
  }

  /** No round can be finished any more. */
  fail(failure: DormouseError): void {
    this.failure ??= failure;
    this.onChange?.();
  }

  get #readyCount(): number {
    return this.members.filter(({ seat, isLeaving }) => seat.isReady && !seat.isGone && !isLeaving).length;
  }

  /** Starts as many threads as are wanting; if one cannot be started, ends those it has started. */
  async #fill(): Promise<void> {
    const missing = this.#wanted - this.members.filter(({ isLeaving }) => !isLeaving).length;
    const outcomes = await Promise.allSettled(Array.from({ length: Math.max(0, missing) }, () => this.#hire()));
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed === undefined) return;
    await this.#dismiss(outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : [])));
    throw failed.reason;
  }

  async #dismissSurplus(): Promise<void> {
    const staying = this.members.filter(({ isLeaving }) => !isLeaving).sort((a, b) => a.seat.participant - b.seat.participant);
    await this.#dismiss(staying.slice(this.#wanted));
    this.reap();
  }

  async #dismiss(members: readonly CrewMember[]): Promise<void> {
    for (const member of members) member.askToLeave();
    this.#list();
    this.rouse();
    const leaving = Promise.all(members.map(({ seat }) => seat.gone));
    if (members.some(({ seat }) => seat.isReady)) await settledWithin(leaving, LEAVE_MS);
    await Promise.all(members.map((member) => member.end()));
    await settledWithin(leaving, LEAVE_MS);
  }

  async #hire(): Promise<CrewMember> {
    const member = new CrewMember(this.#parts.host.openSeat(), this.#parts);
    this.members = [...this.members, member];
    void member.seat.gone.then(() => {
      if (member.seat.isReady) this.hasGone = true;
      else this.#drop(member);
      this.onChange?.();
    });
    try {
      await this.#track(this.#hiring, member.start());
    } catch (error) {
      await settledWithin(member.seat.gone, LEAVE_MS);
      this.onChange?.();
      throw error;
    }
    this.#list();
    this.onChange?.();
    return member;
  }

  /** Takes leave of a thread that has never been ready: it was not inside the gate, which may be open. */
  #drop(member: CrewMember): void {
    this.members = this.members.filter((other) => other !== member);
    member.seat.retire(member.reasonOfEnd, member.cause);
    this.#parts.gate.clear(member.seat.participant);
    void this.#track(this.#ending, member.end());
    this.#list();
  }

  /** Starts a thread in the place of one that was lost, beside whatever else goes on; then the next, if more are wanting. */
  #replace(): void {
    if (this.members.filter(({ isLeaving }) => !isLeaving).length >= this.#wanted) return;
    this.#replacing++;
    this.#hire().then(
      () => {
        this.#replacing--;
        this.#replaced();
      },
      (cause) => {
        this.#replacing--;
        if (this.#wanted > 0) this.#failedToReplace(cause);
      },
    );
  }

  #replaced(): void {
    const { host, launcher } = this.#parts;
    if (this.#failures > 0) host.logger.info(`${launcher.name} starts threads again`);
    this.#failures = 0;
    this.#retry.clear();
    this.#replace();
  }

  #failedToReplace(cause: unknown): void {
    const { host, launcher } = this.#parts;
    if (this.#failures++ === 0) {
      const error = goneFor(`${launcher.name}: no thread could be started in the place of one that was lost: ${messageOf(cause)}`, cause);
      host.logger.error(`${error.message}; it is tried again`);
      publish('dormouse:thread:failed', { scheduler: launcher.name, error });
    }
    if (this.#failures < MOST_FAILURES) this.#replace();
    else if (this.runners.length > 0) this.#retry.later();
    else this.fail(goneFor(`no thread is left, and none can be started: ${messageOf(cause)}`, cause));
  }

  #list(): void {
    const { options } = this.#parts;
    const ready = this.members.filter(({ seat, isLeaving, isEnding }) => seat.isReady && !seat.isGone && !isLeaving && !isEnding);
    const numbers = ready.map(({ seat }) => seat.participant).sort((a, b) => a - b);
    this.runners = options.callerParticipates ? [CALLER, ...numbers] : numbers;
    this.width = 1 + Math.max(0, ...this.members.map(({ seat }) => seat.participant));
  }

  #track<T>(set: Set<Promise<unknown>>, work: Promise<T>): Promise<T> {
    set.add(work);
    const forget = (): void => {
      set.delete(work);
    };
    work.then(forget, forget);
    return work;
  }
}

function goneFor(message: string, cause: unknown): DormouseError {
  return new DormouseError('ERR_THREAD_GONE', message, { cause });
}
