import { Column, ROW_BITS, ROW_MASK, ROWS, SlotState } from '../layout/geometry.js';
import type { Block } from '../memory/block.js';
import type { SessionTable } from '../memory/session-table.js';
import type { BehaviorHost } from './behavior-host.js';
import type { Places } from './places.js';
import type { SessionPool } from './pool.js';
import type { TickClock } from './tick-clock.js';

/** Sizes of a store, in sessions but for the rings. */
export interface StoreSizes {
  readonly sessionCeiling: number;
  readonly poolSize: number;
  readonly poolGrowth: number;
  readonly ringBytes: number;
  readonly mailboxBytes: number;
  readonly outboxBytes: number;
}

/** The rows of sessions, by slot: what stands in them, whoever they belong to. Main thread only, between ticks only. */
export abstract class SessionRows {
  readonly table: SessionTable;
  abstract readonly pool: SessionPool;
  /** Who is on which map; none where nobody publishes anything. */
  places: Places | undefined;
  readonly clock: TickClock;

  constructor(table: SessionTable, clock: TickClock) {
    this.table = table;
    this.clock = clock;
  }

  /** Its row is still here. */
  isAsleep(slot: number): boolean {
    return this.table.slotStates[slot] === SlotState.hibernating;
  }

  block(slot: number): Block {
    return this.pool.blocks[slot >> ROW_BITS] as Block;
  }

  /** A word of a slot's row, one of `Column`. */
  word(slot: number, column: number): number {
    return this.block(slot).page[column + (slot & ROW_MASK)];
  }

  /** What is counted of a slot's session, one of `Traffic`. */
  counted(slot: number, column: number): number {
    return this.block(slot).traffic[column + (slot & ROW_MASK)];
  }

  setWord(slot: number, column: number, value: number): void {
    this.block(slot).page[column + (slot & ROW_MASK)] = value;
    if (column === Column.map) this.places?.moved(slot, value >>> 0);
  }

  /** True while a slot's session is there and its updates stand still: in quarantine, asleep. */
  isFrozen(slot: number): boolean {
    const state = this.table.slotStates[slot];
    return state === SlotState.quarantined || state === SlotState.hibernating || state === SlotState.waking;
  }

  /** Slots in use, ascending. */
  *slots(): Generator<number> {
    for (let slot = 0; slot < this.pool.blocks.length * ROWS; slot++) {
      if (this.table.slotStates[slot] !== SlotState.free) yield slot;
    }
  }

  /** The behaviour that a slot's session follows. */
  hostOf(slot: number): BehaviorHost {
    return this.pool.hosts[this.block(slot).behaviorIndex];
  }

  /** Simulated time of a session's last packet either way, or touch. */
  lastActivityMs(slot: number): number {
    return this.table.doubles[this.block(slot).firstActivity + (slot & ROW_MASK)];
  }

  touch(slot: number): void {
    this.table.doubles[this.block(slot).firstActivity + (slot & ROW_MASK)] = this.clock.nowMs;
  }
}
