import type { BlockLayout, RingLayout, ServiceLayout } from '../layout/block-layout.js';
import type { ElementType } from '../layout/field.js';
import { HOT_BYTES, PAGE_WORDS, ROWS, TRAFFIC_WORDS } from '../layout/geometry.js';
import { allocatePages } from './pages.js';
import type { RingCells } from './ring-cells.js';
import type { SessionTable } from './session-table.js';

/** The columns of a block, one view for each element type in use; the rest are empty. */
export interface TypedViews {
  readonly f32: Float32Array;
  readonly f64: Float64Array;
  readonly i8: Int8Array;
  readonly u8: Uint8Array;
  readonly i16: Int16Array;
  readonly u16: Uint16Array;
  readonly i32: Int32Array;
  readonly u32: Uint32Array;
  readonly i64: BigInt64Array;
}

/** Views of no length, for element types that a layout does not use: reads are undefined, writes go nowhere. */
export const EMPTY_VIEWS: TypedViews = {
  f32: new Float32Array(0),
  f64: new Float64Array(0),
  i8: new Int8Array(0),
  u8: new Uint8Array(0),
  i16: new Int16Array(0),
  u16: new Uint16Array(0),
  i32: new Int32Array(0),
  u32: new Uint32Array(0),
  i64: new BigInt64Array(0),
};

/** Memory for 64 sessions' state and rings. */
export function allocateBlockBuffer({ bufferBytes }: BlockLayout): SharedArrayBuffer {
  return allocatePages(bufferBytes);
}

/** Packets are read and written through the first two, timers through the first and the third, records through the last, whatever the state uses. */
const SERVICE_TYPES: readonly ElementType[] = ['i32', 'f32', 'f64', 'u8'];

/** One thread's views of one block: its columns in the session table and its buffer. A view costs ~105 bytes: few are made. */
export class Block {
  readonly blockIndex: number;
  /** First slot of the block: slot = firstSlot + row. */
  readonly firstSlot: number;
  /** Number of the behaviour whose sessions the block holds. */
  readonly behaviorIndex: number;
  readonly buffer: SharedArrayBuffer;
  readonly layout: BlockLayout;
  readonly rings: RingLayout;
  readonly services: ServiceLayout;
  /** Its page, as words: see `Column` in layout/geometry.ts. */
  readonly page: Int32Array;
  /** What is counted of its sessions: see `Traffic` there. */
  readonly traffic: Int32Array;
  readonly cold: TypedViews;
  readonly hot: TypedViews;
  /** Those of all blocks: the cell of row r is that of slot `firstSlot + r`. */
  readonly inboundCells: RingCells;
  readonly outboundCells: RingCells;
  /** Index of row 0's last activity among the table's doubles. */
  readonly firstActivity: number;

  constructor(table: SessionTable, blockIndex: number, behaviorIndex: number, layout: BlockLayout, buffer: SharedArrayBuffer) {
    this.blockIndex = blockIndex;
    this.firstSlot = blockIndex * ROWS;
    this.behaviorIndex = behaviorIndex;
    this.buffer = buffer;
    this.layout = layout;
    this.rings = layout.rings;
    this.services = layout.services;
    this.page = new Int32Array(table.memory.buffer, table.pageOffset(blockIndex), PAGE_WORDS);
    this.traffic = new Int32Array(table.memory.buffer, table.trafficOffset(blockIndex), TRAFFIC_WORDS);
    this.cold = viewsOf(layout.state.coldTypes, buffer, 0, layout.bufferBytes, SERVICE_TYPES);
    this.hot = viewsOf(layout.state.hotTypes, table.memory.buffer, table.hotOffset(blockIndex), HOT_BYTES, []);
    this.inboundCells = table.inboundCells;
    this.outboundCells = table.outboundCells;
    this.firstActivity = table.firstActivity(blockIndex);
  }
}

function viewsOf(
  types: ReadonlySet<ElementType>,
  buffer: SharedArrayBuffer,
  offset: number,
  bytes: number,
  always: readonly ElementType[],
): TypedViews {
  // One object for all blocks: whoever attaches block after block sees that nothing changes.
  if (types.size === 0 && always.length === 0) return EMPTY_VIEWS;
  const uses = (type: ElementType): boolean => types.has(type) || always.includes(type);
  return {
    f32: uses('f32') ? new Float32Array(buffer, offset, bytes >> 2) : EMPTY_VIEWS.f32,
    f64: uses('f64') ? new Float64Array(buffer, offset, bytes >> 3) : EMPTY_VIEWS.f64,
    i8: uses('i8') ? new Int8Array(buffer, offset, bytes) : EMPTY_VIEWS.i8,
    u8: uses('u8') ? new Uint8Array(buffer, offset, bytes) : EMPTY_VIEWS.u8,
    i16: uses('i16') ? new Int16Array(buffer, offset, bytes >> 1) : EMPTY_VIEWS.i16,
    u16: uses('u16') ? new Uint16Array(buffer, offset, bytes >> 1) : EMPTY_VIEWS.u16,
    i32: uses('i32') ? new Int32Array(buffer, offset, bytes >> 2) : EMPTY_VIEWS.i32,
    u32: uses('u32') ? new Uint32Array(buffer, offset, bytes >> 2) : EMPTY_VIEWS.u32,
    i64: uses('i64') ? new BigInt64Array(buffer, offset, bytes >> 3) : EMPTY_VIEWS.i64,
  };
}
