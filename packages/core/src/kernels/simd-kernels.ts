import { KERNEL_RESULT_WORDS, PAGE_BYTES, PAGE_CORE_BYTES, ROW_BITS } from '../layout/geometry.js';
import type { SessionTable } from '../memory/session-table.js';
import type { ColumnKernels, StateCounts, Traffic } from './column-kernels.js';
import { KERNELS_WASM } from './kernels-wasm.js';

/** What assembly/index.ts exports. Places are byte offsets in the table's memory. */
interface Exports {
  sumTraffic(pages: number, states: number, blockCount: number, into: number): void;
  listIdle(pages: number, states: number, blockCount: number, beforeMs: number, list: number): number;
  countStates(states: number, slotCount: number, into: number): void;
  turnActivity(pages: number, states: number, blockCount: number): void;
  clearColumn(pages: number, blockCount: number, column: number): void;
  clearPages(pages: number, blockCount: number, bytes: number): void;
}

/** The module is the same for all tables, and compiled once. */
let compiled: WebAssembly.Module | undefined;

/** {@link ColumnKernels} in WebAssembly, on the table's own memory. */
export class SimdKernels implements ColumnKernels {
  readonly form = 'simd';
  readonly slots: Int32Array;
  mostListed = 0;
  readonly #exports: Exports;
  readonly #pages: number;
  readonly #states: number;
  readonly #list: number;
  readonly #into: number;
  readonly #words: Int32Array;
  readonly #doubles: Float64Array;

  /** Throws what WebAssembly throws where it has no SIMD, or none of it is allowed. */
  constructor(table: SessionTable) {
    const { regions, memory } = table;
    compiled ??= new WebAssembly.Module(Buffer.from(KERNELS_WASM, 'base64'));
    this.#exports = new WebAssembly.Instance(compiled, { env: { memory } }).exports as unknown as Exports;
    this.slots = table.slotList;
    this.#pages = regions.pages;
    this.#states = regions.slotStates;
    this.#list = regions.slotList;
    this.#into = regions.kernelResults;
    this.#words = new Int32Array(memory.buffer, regions.kernelResults, KERNEL_RESULT_WORDS);
    this.#doubles = new Float64Array(memory.buffer, regions.kernelResults, KERNEL_RESULT_WORDS / 2);
  }

  traffic(blockCount: number): Traffic {
    this.#exports.sumTraffic(this.#pages, this.#states, blockCount, this.#into);
    const sums = this.#doubles;
    return { packetsIn: sums[0], packetsOut: sums[1], bytesIn: sums[2], bytesOut: sums[3], dropped: sums[4] };
  }

  listIdle(blockCount: number, beforeMs: number): number {
    const count = this.#exports.listIdle(this.#pages, this.#states, blockCount, beforeMs, this.#list);
    this.mostListed = Math.max(this.mostListed, count);
    return count;
  }

  countStates(blockCount: number): StateCounts {
    this.#exports.countStates(this.#states, blockCount << ROW_BITS, this.#into);
    const counts = this.#words;
    return { free: counts[0], active: counts[1], quarantined: counts[2], hibernating: counts[3], waking: counts[4] };
  }

  turnActivity(blockCount: number): void {
    this.#exports.turnActivity(this.#pages, this.#states, blockCount);
  }

  clearColumn(column: number, firstBlock: number, blockCount: number): void {
    this.#exports.clearColumn(this.#pages + firstBlock * PAGE_BYTES, blockCount, column * 4);
  }

  clearPages(firstBlock: number, blockCount: number, withHot: boolean): void {
    this.#exports.clearPages(this.#pages + firstBlock * PAGE_BYTES, blockCount, withHot ? PAGE_BYTES : PAGE_CORE_BYTES);
  }
}
