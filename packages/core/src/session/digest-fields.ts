import type { DataColumn } from '../layout/data-column.js';
import { ELEMENT_BYTES } from '../layout/field.js';
import type { Column, StateLayout, TextColumn } from '../layout/state-layout.js';
import type { Block } from '../memory/block.js';
import { dataLength, dataRefusals, dataStart, NEVER_SET } from '../memory/data-values.js';
import type { SessionTable } from '../memory/session-table.js';
import type { DigestRows, PartKey } from './digest-rows.js';

/** Adds one field of a block's sessions. */
type FieldDigest = (rows: DigestRows, block: Block, table: SessionTable) => void;

/** For each field of a behaviour, in the order of its columns; `keys` likewise. */
export function fieldDigests(layout: StateLayout, keys: readonly PartKey[]): FieldDigest[] {
  return layout.columns.map((column, index) => {
    if (column.field.kind === 'text') return textDigest(column as TextColumn, keys[index]);
    if (column.field.kind === 'data') return dataDigest(column as DataColumn, keys[index]);
    return ELEMENT_BYTES[column.element] < 4 ? bytesDigest(column, keys[index]) : wordsDigest(column, keys[index]);
  });
}

/** Elements of whole words, by their bits. */
function wordsDigest({ element, hot, offset, stride }: Column, key: PartKey): FieldDigest {
  const wordsEach = ELEMENT_BYTES[element] / 4;
  return (rows, block, table) => {
    const words = hot ? table.words : block.cold.i32;
    const first = offset * wordsEach + (hot ? hotBytesOf(table, block) / 4 : 0);
    if (stride * wordsEach === 1) {
      rows.addColumn(key, words, first, element === 'f32');
      return;
    }
    for (let i = 0; i < rows.count; i++) {
      const row = rows.rows[i];
      const hash = rows.begin(row, key);
      const at = first + row * stride * wordsEach;
      if (element === 'f32') hash.floats(words, at, stride);
      else if (element === 'f64') hash.doubles(words, at, stride);
      else hash.words(words, at, stride * wordsEach);
      rows.add(row, key);
    }
  };
}

/** Elements of one or two bytes. */
function bytesDigest({ element, hot, offset, stride }: Column, key: PartKey): FieldDigest {
  const bytesEach = ELEMENT_BYTES[element];
  const bytes = stride * bytesEach;
  return (rows, block, table) => {
    const words = hot ? table.words : block.cold.i32;
    const first = offset * bytesEach + (hot ? hotBytesOf(table, block) : 0);
    for (let i = 0; i < rows.count; i++) {
      const row = rows.rows[i];
      rows.begin(row, key).bytes(words, first + row * bytes, bytes);
      rows.add(row, key);
    }
  };
}

/** The bytes of a text, as many as it has: what stands behind them is left of longer ones. */
function textDigest({ offset, stride, lengthOffset }: TextColumn, key: PartKey): FieldDigest {
  return (rows, block) => {
    for (let i = 0; i < rows.count; i++) {
      const row = rows.rows[i];
      const length = block.cold.u16[lengthOffset + row];
      const hash = rows.begin(row, key);
      hash.word(length);
      hash.bytes(block.cold.i32, offset + row * stride, length);
      rows.add(row, key);
    }
  };
}

/** The bytes of a value, wherever it lies, and how many were refused. */
function dataDigest(column: DataColumn, key: PartKey): FieldDigest {
  return (rows, block) => {
    for (let i = 0; i < rows.count; i++) {
      const row = rows.rows[i];
      const length = dataLength(block, column, row);
      const hash = rows.begin(row, key);
      hash.word(length);
      hash.word(dataRefusals(block, column, row));
      if (length !== NEVER_SET) hash.bytes(block.cold.i32, dataStart(block, column, row), length);
      rows.add(row, key);
    }
  };
}

/** First byte of a block's hot fields in the table. */
function hotBytesOf(table: SessionTable, block: Block): number {
  return table.hotOffset(block.blockIndex);
}
