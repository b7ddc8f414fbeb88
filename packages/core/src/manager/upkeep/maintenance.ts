import type { HibernationStore } from '../../hibernation/hibernation-store.js';
import { ROWS } from '../../layout/geometry.js';
import type { Logger } from '../../logger.js';
import type { SharedRound } from '../../memory/round.js';
import type { StateView } from '../../runtime/index.js';
import type { IScheduler } from '../../scheduler.js';
import type { HeldBeside } from '../../session/memory-usage.js';
import type { SessionStore } from '../../session/store.js';
import type { WallClock } from '../../wall-clock.js';
import type { CheckpointReport } from '../durable/checkpoint-job.js';
import type { Checkpoints } from '../durable/checkpoints.js';
import type { Durability } from '../durable/durability.js';
import { stopped } from '../manager-parts.js';
import type { Seats } from '../seats.js';
import type { Hibernation } from '../sleep/hibernation.js';
import type { TickEngine } from '../tick-engine.js';
import { Defragmentation, type DefragmentationReport } from './defragmentation.js';
import { Garbage } from './garbage.js';
import { TickPace } from './tick-pace.js';

export interface MaintenanceParts {
  readonly store: SessionStore;
  readonly records: HibernationStore;
  /** Of a store that outlives the process. */
  readonly durability: Durability | undefined;
  readonly hibernation: Hibernation;
  readonly round: SharedRound;
  readonly seats: Seats;
  readonly scheduler: IScheduler;
  readonly ticks: TickEngine;
  /** The host's views of states. */
  readonly views: readonly StateView[];
  readonly wallClock: WallClock;
  readonly logger: Logger;
  readonly sliceMs: number;
  /** Between defragmentations, wall-clock ms; none: by call alone. */
  readonly intervalMs: number | undefined;
}

/** Between two tries at a store that takes nothing, ms. */
const RETRY_MS = 5;

/**
 * What can wait: sleepers' rows are stored, sessions moved together, memory given back (R-22, R-25, R-26). A slice of it at the end of each tick, or right behind it; what the
 * host has asked for goes on between ticks as well, so that it comes to its end whether ticks come or not. Main thread only.
 */
export class Maintenance {
  readonly #parts: MaintenanceParts;
  readonly #garbage: Garbage;
  readonly #defragmentation: Defragmentation;
  readonly #pace = new TickPace();
  #retryMs = 0;
  /** Whether checkpoints are next to have the store before sleepers. */
  #isCheckpointsTurn = false;
  /** A slice of defragmentation was put off to behind a tick, and has not been there. */
  #isSliceOwed = false;
  #isSliceComing = false;
  /** A tick's end has put off a checkpoint, which has not had a store since that could have taken something of it. */
  #isOwed = false;
  /** Whether the store is to be given something as soon as the event loop has come round. */
  #isComing = false;
  #isClosed = false;

  constructor(parts: MaintenanceParts) {
    const { ticks, views, round, hibernation } = parts;
    this.#parts = parts;
    this.#garbage = new Garbage({
      ...parts,
      betweenTicks: (change) => ticks.betweenTicks(change),
      behindTick: () => this.#pace.behindTick(),
      letGo: () => {
        for (const view of views) view.$park();
      },
    });
    this.#defragmentation = new Defragmentation({
      ...parts,
      garbage: this.#garbage,
      isRoundOpen: () => round.epoch !== 0,
      moved: (from, to) => {
        hibernation.storing.moved(from, to);
        parts.durability?.checkpoints.moved(from, to);
      },
      trimmed: () => {
        parts.store.order.trim();
        parts.durability?.kept.trim(parts.store.pool.blocks.length * ROWS);
      },
    });
    hibernation.storing.lane.onSettled = () => this.#storeNext();
  }

  /** Bytes held beside the sessions that have slots. */
  get held(): HeldBeside {
    const { records, durability } = this.#parts;
    return { storeBytes: records.stats().heldBytes + (durability?.kept.heldBytes ?? 0), droppedBytes: this.#garbage.heldBytes };
  }

  /**
   * The end of a tick: a slice until `untilMs`, of a defragmentation behind it if there is time. A checkpoint that nobody waits for goes on between ticks, or, where it came to nothing there since the last tick, until
   * `unaskedUntilMs`. A promise when the scheduler has a part in it.
   */
  run(untilMs: number, unaskedUntilMs: number): void | Promise<void> {
    const storing = this.#storeRecords(untilMs, unaskedUntilMs);
    if (storing === undefined) {
      this.#endTick(untilMs);
      return;
    }
    return storing.then(() => this.#endTick(untilMs));
  }

  /** See `SessionManager.checkpoint`. */
  checkpoint(checkpoints: Checkpoints): Promise<CheckpointReport> {
    const { ticks, sliceMs } = this.#parts;
    return checkpoints.run({ slice: () => ticks.betweenTicks(async () => checkpoints.slice(performance.now() + sliceMs)) });
  }

  /** See `SessionManager.defragmentMemory`, `optimizeMemoryLayout`. */
  defragment(laysOut: boolean): Promise<DefragmentationReport> {
    const { ticks } = this.#parts;
    const slice = (): Promise<void> =>
      // Behind a tick at once the host, which waits for that one, would wait for this as well.
      ticks.phase === 'idle' ? this.#sliceBetween((untilMs) => this.#store(untilMs)) : ticks.betweenTicks(async () => {});
    return this.#defragmentation.run(laysOut, { slice });
  }

  /** See `SessionManager.collectGarbage`. */
  async collectGarbage(): Promise<void> {
    await this.#parts.ticks.betweenTicks(async () => {});
    await this.#garbage.collect();
  }

  /** Nothing is done any more. */
  close(): void {
    this.#isClosed = true;
    this.#parts.durability?.checkpoints.close(stopped());
    this.#parts.hibernation.storing.lane.close();
    this.#defragmentation.close();
    this.#garbage.close();
    this.#pace.close();
  }

  /** No tick takes longer for a defragmentation that has time between two; where one follows the other, every second has a slice. */
  #endTick(untilMs: number): void {
    this.#pace.ended(untilMs - this.#parts.sliceMs);
    const isOwed = this.#isSliceOwed;
    this.#isSliceOwed = !isOwed && this.#defragmentation.isDue;
    if (isOwed) {
      this.#defragmentation.step(untilMs, 'on a tick');
      return;
    }
    if (!this.#isSliceOwed || this.#isSliceComing) return;
    this.#isSliceComing = true;
    setImmediate(() => {
      this.#isSliceComing = false;
      if (this.#isSliceOwed && this.#isBetweenTicks) void this.#sliceBetween(() => {});
    });
  }

  /** A slice without a tick, after what is to be done `before` it; at once, so that nobody asks for anything meanwhile. */
  #sliceBetween(before: (untilMs: number) => void): Promise<void> {
    const { ticks, sliceMs } = this.#parts;
    return ticks.betweenTicks(async () => {
      // The manager may have stopped behind the tick that was waited for, or the next tick may wait for this.
      this.#isSliceOwed = !this.#isBetweenTicks;
      if (this.#isSliceOwed) return;
      const untilMs = performance.now() + sliceMs;
      before(untilMs);
      this.#defragmentation.step(untilMs, 'between ticks');
    });
  }

  /**
   * Sleepers' rows and what is awake, in turn, so that neither waits for the other's end. A checkpoint that nobody waits for is put off, to between this tick and the next; if it
   * comes to nothing there, because one follows the other or sleepers have the store, it is first when the store is free at a tick's end.
   */
  #storeRecords(untilMs: number, unaskedUntilMs: number): void | Promise<void> {
    const { hibernation, durability } = this.#parts;
    const checkpoints = durability?.checkpoints;
    if (checkpoints === undefined) return hibernation.maintain(untilMs);
    checkpoints.beginDue();
    if (checkpoints.isUnasked) {
      this.#storeSoon();
      if (!this.#isOwed) {
        this.#isOwed = true;
        return hibernation.maintain(untilMs);
      }
    }
    const isFree = checkpoints.isOpen();
    const isFirst = this.#isOwed ? isFree : this.#takeTurn();
    if (isFree) this.#isOwed = false;
    const first = isFirst ? checkpoints.step(untilMs, unaskedUntilMs) : hibernation.maintain(untilMs);
    const second = (): void | Promise<void> => (isFirst ? hibernation.maintain(untilMs) : checkpoints.step(untilMs, unaskedUntilMs));
    return first === undefined ? second() : first.then(second);
  }

  /** The store has ended a call that took its time: if no tick is in flight it is given the next batch at once, one that is encoded, or as many rows as the host encodes at once. */
  #storeNext(): void {
    const { hibernation, durability } = this.#parts;
    const { storing } = hibernation;
    if (!this.#isBetweenTicks || !storing.lane.settle() || storing.isPausing) return;
    if (this.#takeTurn()) void (this.#sendOfCheckpoint() || this.#sendOfSleepers());
    else void (this.#sendOfSleepers() || this.#sendOfCheckpoint());
    // One that takes its time calls again when it is done.
    if (durability?.checkpoints.isUnasked && storing.lane.work === undefined && !storing.isPausing) this.#storeSoon();
  }

  // Whoever has heard of something may have begun a tick: that is looked at before each.

  #sendOfSleepers(): boolean {
    return this.#isBetweenTicks && this.#parts.hibernation.storing.sendOne();
  }

  #sendOfCheckpoint(): boolean {
    const checkpoints = this.#parts.durability?.checkpoints;
    if (checkpoints === undefined) return false;
    const isFree = checkpoints.isOpen();
    if (!this.#isBetweenTicks) return false;
    if (isFree) this.#isOwed = false;
    return checkpoints.sendOne(() => this.#isBetweenTicks);
  }

  /** When the event loop has come round: what nobody waits for is no part of a tick then, as long as there is anything between two. */
  #storeSoon(): void {
    if (this.#isComing) return;
    this.#isComing = true;
    setImmediate(() => {
      this.#isComing = false;
      this.#storeNext();
    });
  }

  get #isBetweenTicks(): boolean {
    return !this.#isClosed && this.#parts.ticks.phase === 'idle';
  }

  /** It is the other's turn with each list, not with each batch or tick: who comes while the store is at something has had none. A list is whose turn it is that made it. */
  #takeTurn(): boolean {
    const { hibernation, durability } = this.#parts;
    const { storing } = hibernation;
    if (storing.isOpen()) this.#isCheckpointsTurn = !this.#isCheckpointsTurn;
    else if (storing.lane.work === undefined) this.#isCheckpointsTurn = durability?.checkpoints.isOpen() === true;
    return this.#isCheckpointsTurn;
  }

  /** The host alone stores, a batch at a time; a store that has failed is left alone for its pause. */
  #store(untilMs: number): void {
    const { store, hibernation } = this.#parts;
    const { storing } = hibernation;
    for (
      let nowMs = performance.now();
      store.hibernatingCount > 0 && nowMs < untilMs && nowMs >= this.#retryMs && !storing.isPausing;
      nowMs = performance.now()
    ) {
      const before = store.hibernatingCount;
      storing.makeRoom();
      if (store.hibernatingCount === before) this.#retryMs = nowMs + RETRY_MS;
    }
  }
}
