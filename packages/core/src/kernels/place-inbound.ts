import { ACTIVITY_BYTES, Column, NEAR_WORDS, PAGE_WORDS, ROW_BITS, ROWS, SlotState, TRAFFIC_WORDS, Traffic } from '../layout/geometry.js';
import { NO_HEADER } from '../memory/inbound-run.js';
import type { SessionTable } from '../memory/session-table.js';
import type { ListedPackets } from './column-kernels.js';

/** `ColumnKernels.placeInbound` in JavaScript, for lists wherever they are. */
export function placeInbound(table: SessionTable, run: ListedPackets, blockIndex: number): number {
  const { packets, header: headerOfAll, nowMs, next, count } = run;
  const { words, doubles, slotStates, regions } = table;
  const page = regions.pages / 4 + blockIndex * PAGE_WORDS;
  const incarnation = page + Column.incarnation;
  const inbound = page + Column.inbound;
  const traffic = regions.traffic / 4 + blockIndex * TRAFFIC_WORDS;
  const packetsIn = traffic + Traffic.packetsIn;
  const bytesIn = traffic + Traffic.bytesIn;
  const { hibernating } = SlotState;
  const firstSlot = blockIndex << ROW_BITS;
  const firstActivity = (regions.activity + blockIndex * ACTIVITY_BYTES) / 8;
  let i = next;
  for (; i < count; i++) {
    const packet = i << 2;
    const slot = packets[packet];
    const row = (slot - firstSlot) | 0;
    if (row >>> 0 >= ROWS || words[(incarnation + row) | 0] !== packets[packet + 1] || slotStates[slot] === hibernating) break;
    const length = (headerOfAll === NO_HEADER ? packets[packet + 2] : headerOfAll) >>> 16;
    const cursor = (inbound + row) | 0;
    const before = words[cursor];
    const after = (before + ((length + 7) >> 2)) | 0;
    if (after >>> 0 > NEAR_WORDS) break;
    words[cursor] = after;
    packets[packet + 3] = (row << 6) + before;
    words[(packetsIn + row) | 0]++;
    words[(bytesIn + row) | 0] += length;
    doubles[(firstActivity + row) | 0] = nowMs;
  }
  return i - next;
}
