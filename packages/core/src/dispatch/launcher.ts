import type { MessagePort } from 'node:worker_threads';

/**
 * How a scheduler's threads take part in ticks. `resident`: each is given one task that lasts until it is told to stop, and ticks pass
 * through shared memory alone. `task`: one task of the library's for each thread and tick.
 */
export type Dispatch = 'resident' | 'task';

/**
 * What a thread is told to do; an argument for `participate` of `@dormouse/core/worker`, to be handed over by the library as it is, with
 * what {@link LaunchedThread.run} was given to transfer.
 */
export type ThreadOrder = JoinOrder | RoundOrder;

/** Take part: until told to stop, or, by tasks, until the thread ends. */
export interface JoinOrder {
  readonly kind: 'join';
  readonly dispatch: Dispatch;
  readonly participant: number;
  readonly gate: SharedArrayBuffer;
  /**
   * How long the thread stays awake for the next round where rounds come one behind the other, µs; 0: not at all. With game ticks between, it
   * sleeps at once.
   */
  readonly patienceUs: number;
  readonly port: MessagePort;
}

/** Take part in the round in hand; the thread has joined. */
export interface RoundOrder {
  readonly kind: 'round';
}

/** Limits that a thread is started with; see `resourceLimits` of `node:worker_threads`. */
export interface ThreadOptions {
  readonly resourceLimits: ThreadLimits | undefined;
}

export interface ThreadLimits {
  readonly maxOldGenerationSizeMb?: number;
  readonly maxYoungGenerationSizeMb?: number;
  readonly codeRangeSizeMb?: number;
  readonly stackSizeMb?: number;
}

/** One thread of a library's. */
export interface LaunchedThread {
  /**
   * Has the thread call `participate(order)`, and settles when that has settled. When the thread dies, rejects with why (its error or its exit
   * code): that is the cause where a start fails, and what the fault of an interrupted session names. Core hears of the end by a port of its
   * own, and then waits for this for 20 ms at most; what comes later is logged alone.
   */
  run(order: ThreadOrder, transferList: readonly MessagePort[]): Promise<unknown>;
  /**
   * Ends the thread, whatever it is doing, and lets go of all that the library keeps for it. Called exactly once for each thread: also
   * after it has died, or has done its last task. Core waits for it within a bound.
   */
  discard(): void | Promise<void>;
}

/**
 * What a scheduler package is: a way to start threads with one library. Each thread runs the package's worker module, which hands
 * `participate` of `@dormouse/core/worker` to the library. Called on the manager's thread.
 */
export interface ThreadLauncher {
  /** The scheduler's name in reports and metrics. */
  readonly name: string;
  /** Starts one thread. When it rejects no thread is left. */
  launch(options: ThreadOptions): LaunchedThread | Promise<LaunchedThread>;
}
