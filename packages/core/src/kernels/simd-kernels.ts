import {
  ACTIVITY_BYTES,
  HOT_BYTES,
  KERNEL_RESULT_WORDS,
  PACKET_WORDS,
  PAGE_BYTES,
  ROW_BITS,
  type TableRegions,
  TRAFFIC_BYTES,
} from '../layout/geometry.js';
import type { SessionTable } from '../memory/session-table.js';
import type { ColumnKernels, ColumnRegion, ListedPackets, StateCounts, Traffic } from './column-kernels.js';
import { KERNELS_WASM } from './kernels-wasm.js';
import { placeInbound } from './place-inbound.js';

/** What assembly/index.ts exports. Places are byte offsets in the table's memory. */
interface Exports {
  sumTraffic(traffic: number, states: number, blockCount: number, into: number): void;
  listIdle(activity: number, states: number, blockCount: number, beforeMs: number, list: number): number;
  countStates(states: number, slotCount: number, into: number): void;
  placeInbound(
    packet: number,
    count: number,
    firstSlot: number,
    states: number,
    page: number,
    traffic: number,
    activity: number,
    headerOfAll: number,
    nowMs: number,
  ): number;
  fillCells(
    packet: number,
    count: number,
    payload: number,
    payloadEnd: number,
    headerOfAll: number,
    nowMs: number,
    slotCount: number,
    states: number,
    pages: number,
    traffic: number,
    activity: number,
    cells: number,
  ): number;
  takeCells(
    slots: number,
    accounts: number,
    count: number,
    opcodes: number,
    lengths: number,
    starts: number,
    nowMs: number,
    pages: number,
    traffic: number,
    activity: number,
    cells: number,
  ): number;
  rewindCells(slots: number, count: number, pages: number): void;
  keepSenders(slots: number, accounts: number, count: number, states: number, pages: number): number;
  turnActivity(traffic: number, states: number, blockCount: number): void;
  clearColumn(column: number, blockCount: number, blockBytes: number): void;
  clear(start: number, bytes: number): void;
}

/** The module is the same for all tables, and compiled once. */
let compiled: WebAssembly.Module | undefined;

/** {@link ColumnKernels} in WebAssembly, on the table's own memory. */
export class SimdKernels implements ColumnKernels {
  readonly form = 'simd';
  readonly slots: Int32Array;
  mostListed = 0;
  readonly #exports: Exports;
  readonly #table: SessionTable;
  readonly #regions: TableRegions;
  readonly #words: Int32Array;
  readonly #doubles: Float64Array;

  /** Throws what WebAssembly throws where it has no SIMD, or none of it is allowed. */
  constructor(table: SessionTable) {
    const { regions, memory } = table;
    this.#table = table;
    compiled ??= new WebAssembly.Module(Buffer.from(KERNELS_WASM, 'base64'));
    this.#exports = new WebAssembly.Instance(compiled, { env: { memory } }).exports as unknown as Exports;
    this.slots = table.slotList;
    this.#regions = regions;
    this.#words = new Int32Array(memory.buffer, regions.kernelResults, KERNEL_RESULT_WORDS);
    this.#doubles = new Float64Array(memory.buffer, regions.kernelResults, KERNEL_RESULT_WORDS / 2);
  }

  traffic(blockCount: number): Traffic {
    const { traffic, slotStates, kernelResults } = this.#regions;
    this.#exports.sumTraffic(traffic, slotStates, blockCount, kernelResults);
    const sums = this.#doubles;
    return { packetsIn: sums[0], packetsOut: sums[1], bytesIn: sums[2], bytesOut: sums[3], dropped: sums[4] };
  }

  listIdle(blockCount: number, beforeMs: number): number {
    const { activity, slotStates, slotList } = this.#regions;
    const count = this.#exports.listIdle(activity, slotStates, blockCount, beforeMs, slotList);
    this.mostListed = Math.max(this.mostListed, count);
    return count;
  }

  countStates(blockCount: number): StateCounts {
    this.#exports.countStates(this.#regions.slotStates, blockCount << ROW_BITS, this.#regions.kernelResults);
    const counts = this.#words;
    return { free: counts[0], active: counts[1], quarantined: counts[2], hibernating: counts[3], waking: counts[4] };
  }

  placeInbound(run: ListedPackets, blockIndex: number): number {
    // A list that is not the table's is out of its reach.
    if (!run.isInTable) return placeInbound(this.#table, run, blockIndex);
    const { packetList, slotStates, pages, traffic, activity } = this.#regions;
    const { next, count, header, nowMs } = run;
    const firstSlot = blockIndex << ROW_BITS;
    return this.#exports.placeInbound(
      packetList + next * PACKET_WORDS * 4,
      count - next,
      firstSlot,
      slotStates + firstSlot,
      pages + blockIndex * PAGE_BYTES,
      traffic + blockIndex * TRAFFIC_BYTES,
      activity + blockIndex * ACTIVITY_BYTES,
      header,
      nowMs,
    );
  }

  fillCells(run: ListedPackets, start: number, end: number): number {
    const { packetList, payloadChunk, slotCount, slotStates, pages, traffic, activity, inboundCells } = this.#regions;
    const { next, count, header, nowMs } = run;
    return this.#exports.fillCells(
      packetList + next * PACKET_WORDS * 4,
      count - next,
      payloadChunk + start,
      payloadChunk + end,
      header,
      nowMs,
      slotCount,
      slotStates,
      pages,
      traffic,
      activity,
      inboundCells,
    );
  }

  takeCells(begin: number, end: number, nowMs: number): number {
    const { senderSlots, senderAccounts, sentOpcodes, sentLengths, sentStarts, pages, traffic, activity, outboundCells } = this.#regions;
    return this.#exports.takeCells(
      senderSlots + begin * 4,
      senderAccounts + begin * 4,
      end - begin,
      sentOpcodes + begin * 2,
      sentLengths + begin * 2,
      sentStarts + begin * 4,
      nowMs,
      pages,
      traffic,
      activity,
      outboundCells,
    );
  }

  rewindCells(begin: number, end: number): void {
    this.#exports.rewindCells(this.#regions.senderSlots + begin * 4, end - begin, this.#regions.pages);
  }

  keepSenders(count: number): number {
    const { senderSlots, senderAccounts, slotStates, pages } = this.#regions;
    return this.#exports.keepSenders(senderSlots, senderAccounts, count, slotStates, pages);
  }

  turnActivity(blockCount: number): void {
    this.#exports.turnActivity(this.#regions.traffic, this.#regions.slotStates, blockCount);
  }

  clearColumn(region: ColumnRegion, column: number, firstBlock: number, blockCount: number): void {
    const blockBytes = region === 'pages' ? PAGE_BYTES : TRAFFIC_BYTES;
    this.#exports.clearColumn(this.#regions[region] + firstBlock * blockBytes + column * 4, blockCount, blockBytes);
  }

  clearBlocks(firstBlock: number, blockCount: number, withHot: boolean): void {
    const { pages, traffic, activity, hot } = this.#regions;
    const clear = (region: number, blockBytes: number): void =>
      this.#exports.clear(region + firstBlock * blockBytes, blockCount * blockBytes);
    clear(pages, PAGE_BYTES);
    clear(traffic, TRAFFIC_BYTES);
    clear(activity, ACTIVITY_BYTES);
    if (withHot) clear(hot, HOT_BYTES);
  }
}
