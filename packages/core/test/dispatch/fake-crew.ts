import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { vi } from 'vitest';
import { Crew } from '../../src/dispatch/crew.js';
import type { LaunchedThread, ThreadOrder } from '../../src/dispatch/launcher.js';
import { checkResidentOptions, type ResidentOptions } from '../../src/dispatch/options.js';
import { Gate } from '../../src/memory/gate.js';
import type { ParticipantSeat, SchedulerHost } from '../../src/scheduler.js';
import { systemClock } from '../../src/wall-clock.js';

/** A seat that comes to what the test says: see `become`. */
export class FakeSeat implements ParticipantSeat {
  readonly participant: number;
  readonly port: MessagePort;
  readonly ready: Promise<void>;
  readonly gone: Promise<void>;
  isReady = false;
  isGone = false;
  batches = 0;
  progress = 0;
  /** What it was retired with. */
  readonly retired: string[] = [];
  readonly causes: unknown[] = [];
  readonly #free: () => void;
  readonly #becomeReady: () => void;
  readonly #fail: (error: Error) => void;
  readonly #becomeGone: () => void;

  constructor(participant: number, free: () => void) {
    this.participant = participant;
    this.port = new MessageChannel().port1;
    this.#free = free;
    const ready = settleable();
    const gone = settleable();
    this.ready = ready.promise;
    this.gone = gone.promise;
    this.#becomeReady = ready.resolve;
    this.#fail = ready.reject;
    this.#becomeGone = gone.resolve;
    this.ready.catch(() => {});
    this.port.close = () => this.become('gone');
  }

  become(what: 'ready' | 'gone' | Error): void {
    if (this.isGone) return;
    if (what === 'ready') {
      this.isReady = true;
      this.#becomeReady();
      return;
    }
    this.#fail(what === 'gone' ? new Error('its thread has ended') : what);
    this.isGone = true;
    this.#becomeGone();
  }

  retire(reason: string, cause?: unknown): void {
    this.retired.push(reason);
    this.causes.push(cause);
    this.#free();
  }
}

function settleable(): { promise: Promise<void>; resolve: () => void; reject: (error: Error) => void } {
  let resolve = (): void => {};
  let reject = (_: Error): void => {};
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

/** What a thread does with an order; the default takes part at once, and does each task at once. */
export type Conduct = (order: ThreadOrder, seat: FakeSeat) => Promise<unknown>;

export const joins: Conduct = async (order, seat) => {
  if (order.kind === 'join') seat.become('ready');
};

/** A crew without threads: `conducts` are what those do that are launched next, one after the other. */
export function fakeCrew(options: ResidentOptions = {}) {
  const seats: FakeSeat[] = [];
  const taken = new Set<number>();
  const log: string[] = [];
  const note = (message: string): void => void log.push(message);
  const conducts: (Conduct | 'launch fails' | 'launch never settles')[] = [];
  /** Seats whose threads were discarded, by their numbers. */
  const discarded: number[] = [];
  let launches = 0;
  /** For launches that never settled: settles them. */
  const answers: (() => void)[] = [];

  const host = {
    logger: { debug: note, info: note, warn: note, error: note },
    clock: systemClock,
    openSeat() {
      let participant = 1;
      while (taken.has(participant)) participant++;
      taken.add(participant);
      const seat = new FakeSeat(participant, () => taken.delete(participant));
      seats.push(seat);
      return seat;
    },
  } as unknown as SchedulerHost;

  const crew = new Crew({
    host,
    gate: Gate.create(),
    options: checkResidentOptions(options),
    launcher: {
      name: 'fake',
      launch() {
        const seat = seats[launches++];
        const conduct = conducts.shift() ?? joins;
        if (conduct === 'launch fails') throw new RangeError('no thread to be had');
        const thread: LaunchedThread = {
          run: (order) => (typeof conduct === 'function' ? conduct(order, seat) : Promise.resolve()),
          discard: () => {
            discarded.push(seat.participant);
            seat.become('gone');
          },
        };
        if (conduct !== 'launch never settles') return thread;
        return new Promise((resolve) => {
          answers.push(() => resolve(thread));
        });
      },
    },
  });
  return { crew, seats, conducts, discarded, log, answers, launches: () => launches };
}

export const never: Conduct = () => new Promise(() => {});

/** What came of it, once so much time has passed, with vitest's fake timers. */
export async function after<T>(ms: number, work: Promise<T>): Promise<unknown> {
  let outcome: unknown = 'not settled';
  work.then(
    (value) => {
      outcome = value;
    },
    (error) => {
      outcome = error;
    },
  );
  await vi.advanceTimersByTimeAsync(ms);
  return outcome;
}
