import { Column, ROWS, SlotState } from '../layout/geometry.js';
import type { Block } from '../memory/block.js';
import type { SessionTable } from '../memory/session-table.js';
import { canonicalFloat, endA, endB, Hash64, stepA, stepB } from './hash-64.js';

/** Tells the hashes of one part of a session from those of others. */
export interface PartKey {
  /** Number of the part. */
  readonly part: number;
  readonly a: number;
  readonly b: number;
}

/** The rows of one block that have sessions, and what their hashes come to. One object for all blocks. */
export class DigestRows {
  readonly hash = new Hash64();
  /** The first `count` of `rows`. */
  readonly rows = new Uint8Array(ROWS);
  count = 0;
  /** By row: the sums of what was added. */
  readonly rowsA = new Int32Array(ROWS);
  readonly rowsB = new Int32Array(ROWS);
  /** By part: the same over all blocks since {@link clear}. */
  readonly partsA: Int32Array;
  readonly partsB: Int32Array;
  /** By row: the account, mixed. */
  readonly #accountsA = new Int32Array(ROWS);
  readonly #accountsB = new Int32Array(ROWS);

  constructor(partCount: number) {
    this.partsA = new Int32Array(partCount);
    this.partsB = new Int32Array(partCount);
  }

  clear(): void {
    this.partsA.fill(0);
    this.partsB.fill(0);
  }

  /** Turns to another block; false if nobody is there. */
  attach(table: SessionTable, block: Block): boolean {
    this.count = 0;
    for (let row = 0; row < ROWS; row++) {
      if (table.slotStates[block.firstSlot + row] === SlotState.free) continue;
      this.rows[this.count++] = row;
      this.rowsA[row] = 0;
      this.rowsB[row] = 0;
      const accountId = block.page[Column.account + row];
      const a = endA(stepA(0x243f_6a88, accountId), 0);
      this.#accountsA[row] = a;
      this.#accountsB[row] = endB(accountId, a);
    }
    return this.count > 0;
  }

  /** Begins the hash of one part of a row's session. */
  begin(row: number, key: PartKey): Hash64 {
    this.hash.begin(this.#accountsA[row] ^ key.a, (this.#accountsB[row] + key.b) | 0);
    return this.hash;
  }

  /** Ends it, and adds it to the row and to the part. */
  add(row: number, { part }: PartKey): void {
    const { hash } = this;
    hash.end();
    this.rowsA[row] += hash.a;
    this.rowsB[row] += hash.b;
    this.partsA[part] += hash.a;
    this.partsB[part] += hash.b;
  }

  /** Adds a part that is one word of each row, row r's at `first + r`: the common case, in one loop. As {@link begin} … {@link add} do. */
  addColumn(key: PartKey, words: Int32Array, first: number, isFloat = false): void {
    const { rows, count, rowsA, rowsB } = this;
    const accountsA = this.#accountsA;
    const accountsB = this.#accountsB;
    const { part, a: keyA, b: keyB } = key;
    let sumA = 0;
    let sumB = 0;
    for (let i = 0; i < count; i++) {
      const row = rows[i];
      const bits = words[first + row];
      const word = isFloat ? canonicalFloat(bits) : bits;
      let a = stepA(accountsA[row] ^ keyA, word);
      let b = stepB((accountsB[row] + keyB) | 0, word, a);
      a = endA(a, b);
      b = endB(b, a);
      a = (a + b) | 0;
      rowsA[row] += a;
      rowsB[row] += b;
      sumA = (sumA + a) | 0;
      sumB = (sumB + b) | 0;
    }
    this.partsA[part] += sumA;
    this.partsB[part] += sumB;
  }
}

/** The key of part number `part`, which goes by these names whatever its number is. */
export function partKey(part: number, ...names: string[]): PartKey {
  const hash = new Hash64();
  hash.begin(0x1319_8a2e, 0x0370_7344);
  for (const name of names) hash.text(name);
  hash.end();
  return { part, a: hash.a, b: hash.b };
}
