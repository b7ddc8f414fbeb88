import { url as inspectorUrl } from 'node:inspector';
import { DormouseError } from '../errors.js';
import type { Logger } from '../logger.js';
import type { Gate } from '../memory/gate.js';
import type { Crew } from './crew.js';
import type { CrewMember } from './crew-member.js';

/** Looks within one time limit: a thread is ended at most this part of it late. */
const LOOKS = 16;
const SHORTEST_LOOK_MS = 2;
const LONGEST_LOOK_MS = 500;
/** How long a thread that was ended may go on before the scheduler gives up. */
const END_MS = 10_000;

/**
 * Ends threads whose session does not return: looks at how far each participant has come, at an interval; no timer is set in a tick. Also
 * what brings anybody on who waits for a notification that did not come.
 */
export class Watchdog {
  readonly #crew: Crew;
  readonly #gate: Gate;
  readonly #timeoutMs: number;
  readonly #lookMs: number;
  readonly #logger: Logger;
  #timer: NodeJS.Timeout | undefined;
  #looksWithoutComers = 0;

  /** `timeoutMs` 0: threads are never ended. */
  constructor(crew: Crew, gate: Gate, timeoutMs: number, logger: Logger) {
    this.#crew = crew;
    this.#gate = gate;
    this.#timeoutMs = timeoutMs === 0 ? 0 : Math.max(timeoutMs, SHORTEST_LOOK_MS * 10);
    this.#lookMs = Math.min(LONGEST_LOOK_MS, Math.max(SHORTEST_LOOK_MS, (this.#timeoutMs || Number.POSITIVE_INFINITY) / LOOKS));
    this.#logger = logger;
  }

  start(): void {
    this.#timer ??= setInterval(() => this.#look(), this.#lookMs);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    for (const member of this.#crew.members) this.#lookAt(member);
    this.#lookForComers();
    this.#crew.onChange?.();
  }

  /** Threads that sleep through a round are woken again; those whose event loops do not come back are ended. */
  #lookForComers(): void {
    const ready = this.#crew.members.filter(({ seat, isEnding }) => seat.isReady && !seat.isGone && !isEnding);
    if (!this.#gate.isWaiting || ready.some(({ seat }) => this.#gate.isInside(seat.participant))) {
      this.#looksWithoutComers = 0;
      return;
    }
    this.#crew.wake();
    if (++this.#looksWithoutComers * this.#lookMs < this.#timeoutMs || this.#isOff) return;
    this.#looksWithoutComers = 0;
    for (const member of ready) this.#end(member, 'it had not come to a round');
  }

  /** Time is counted in looks: a process that was stopped meanwhile has not worked meanwhile. */
  #lookAt(member: CrewMember): void {
    const { seat } = member;
    if (member.isEnding) {
      // One that is not inside keeps nobody waiting.
      if (!this.#gate.isInside(seat.participant) || seat.isGone) return;
      if (++member.looksSinceEnded * this.#lookMs > END_MS) this.#giveUp(seat.participant);
      return;
    }
    const { progress } = seat;
    const isStill = this.#gate.isInside(seat.participant) && progress === member.progressSeen;
    member.progressSeen = progress;
    member.looksWithoutProgress = isStill ? member.looksWithoutProgress + 1 : 0;
    if (member.looksWithoutProgress * this.#lookMs < this.#timeoutMs || this.#isOff) return;
    this.#end(member, 'it had not returned');
  }

  /** At a breakpoint nothing goes on, and nothing is wrong. */
  get #isOff(): boolean {
    return this.#timeoutMs === 0 || inspectorUrl() !== undefined;
  }

  #end(member: CrewMember, what: string): void {
    const reason = `${what} after ${this.#timeoutMs} ms (updateTimeoutMs), and its thread was ended`;
    this.#logger.error(`participant ${member.seat.participant} is stuck: ${reason}`);
    this.#crew.endStuck(member, reason);
  }

  #giveUp(participant: number): void {
    this.#crew.fail(
      new DormouseError(
        'ERR_THREAD_GONE',
        `the thread of participant ${participant} was ended ${END_MS} ms ago and goes on; nothing can be done`,
      ),
    );
  }
}
