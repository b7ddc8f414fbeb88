import type { DataColumn } from '../layout/data-column.js';
import { ELEMENT_BYTES } from '../layout/field.js';
import type { Column, TextColumn } from '../layout/state-layout.js';
import type { Block } from '../memory/block.js';
import { copyData, isData, writeData } from '../memory/data-values.js';
import { UnreadableBytes } from './byte-reader.js';

/** Before a data value: how many were refused. */
const REFUSALS_BYTES = 4;

/** A copy of elements `start … start + count − 1` of a row's field, of a text or a data field of all it holds. */
export function readStored(block: Block, row: number, column: Column, start: number, count: number): Uint8Array {
  if (column.field.kind === 'text') {
    const length = block.cold.u16[(column as TextColumn).lengthOffset + row];
    return block.cold.u8.slice(column.offset + row * column.stride, column.offset + row * column.stride + length);
  }
  if (column.field.kind === 'data') return readData(block, row, column as DataColumn);
  return bytesOf(block, row, column, start, count).slice();
}

/** Puts back what {@link readStored} has read. Throws `UnreadableBytes` for what cannot have come from there. */
export function writeStored(block: Block, row: number, column: Column, start: number, bytes: Uint8Array): void {
  if (column.field.kind === 'text') {
    requireFit(column, bytes.length, column.stride);
    block.cold.u8.set(bytes, column.offset + row * column.stride);
    block.cold.u16[(column as TextColumn).lengthOffset + row] = bytes.length;
  } else if (column.field.kind === 'data') {
    writeDataStored(block, row, column as DataColumn, bytes);
  } else {
    const count = bytes.length / ELEMENT_BYTES[column.element];
    requireFit(column, start + count, column.stride);
    bytesOf(block, row, column, start, count).set(bytes);
  }
}

/** Refusals, then a value if there is one, with a byte of its own before it. */
function readData(block: Block, row: number, column: DataColumn): Uint8Array {
  const value = copyData(block, column, row);
  const bytes = new Uint8Array(REFUSALS_BYTES + (value === undefined ? 0 : 1 + value.length));
  new DataView(bytes.buffer, 0, REFUSALS_BYTES).setUint32(0, block.cold.u32[column.refusals + row], true);
  if (value !== undefined) bytes.set(value, REFUSALS_BYTES + 1);
  return bytes;
}

function writeDataStored(block: Block, row: number, column: DataColumn, bytes: Uint8Array): void {
  if (bytes.length < REFUSALS_BYTES) throw new UnreadableBytes(`state.${column.name} must have ${REFUSALS_BYTES} bytes before its value`);
  block.cold.u32[column.refusals + row] = new DataView(bytes.buffer, bytes.byteOffset, REFUSALS_BYTES).getUint32(0, true);
  if (bytes.length === REFUSALS_BYTES) return;
  const value = bytes.subarray(REFUSALS_BYTES + 1);
  requireFit(column, value.length, column.field.maxBytes);
  if (!isData(block, column, row, value)) writeData(block, column, row, value);
}

/** The bytes of elements of a field that is a number or several. */
function bytesOf(block: Block, row: number, { hot, element, offset, stride }: Column, start: number, count: number): Uint8Array {
  const elements = (hot ? block.hot : block.cold)[element];
  const width = ELEMENT_BYTES[element];
  return new Uint8Array(elements.buffer, elements.byteOffset + (offset + row * stride + start) * width, count * width);
}

function requireFit({ name }: Column, length: number, most: number): void {
  if (Number.isInteger(length) && length <= most) return;
  throw new UnreadableBytes(`state.${name} has room for ${most}: got ${length}`);
}
