import type { ColumnKernels } from '../kernels/column-kernels.js';
import { PlainKernels } from '../kernels/plain-kernels.js';
import { SimdKernels } from '../kernels/simd-kernels.js';
import { ROW_BITS, ROW_MASK, ROWS, SlotState, Traffic } from '../layout/geometry.js';
import { SessionTable } from '../memory/session-table.js';

/** A table of sessions without a manager, and both forms of the kernels over it. */
export interface KernelStand {
  readonly blockCount: number;
  /** Simulated time since when the idle ones are. */
  readonly idleSinceMs: number;
  /** How many are idle. */
  readonly idleCount: number;
  readonly simd: ColumnKernels;
  readonly plain: ColumnKernels;
}

const IDLE_SINCE_MS = 1000;
const BUSY_AT_MS = 300_000;

/**
 * Lays out `sessions` active ones with counters of their own, each `idleEvery`th idle, for measurements of what is done to a table as
 * a whole. Throws where WebAssembly has no SIMD.
 */
export function kernelStand(sessions: number, idleEvery: number): KernelStand {
  const table = SessionTable.reserve(sessions);
  const { words, doubles } = table;
  for (let slot = 0; slot < sessions; slot++) {
    const at = table.trafficOffset(slot >> ROW_BITS) / 4 + (slot & ROW_MASK);
    for (const column of Object.values(Traffic)) words[at + column] = Math.imul(slot + 1, 2_654_435_769 + column) >>> 8;
    doubles[table.firstActivity(0) + slot] = slot % idleEvery === 0 ? IDLE_SINCE_MS : BUSY_AT_MS;
    table.setSlotState(slot, SlotState.active);
  }
  return {
    blockCount: Math.ceil(sessions / ROWS),
    idleSinceMs: IDLE_SINCE_MS,
    idleCount: Math.ceil(sessions / idleEvery),
    simd: new SimdKernels(table),
    plain: new PlainKernels(table),
  };
}
