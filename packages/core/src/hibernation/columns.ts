/*
 * Records of one behaviour are alike byte by byte: the first bytes of all of them, then the second of all, and so on, deflate better than one
 * record behind the other, and in less time. A record that is shorter is left out from its end on.
 */

/** From records, one behind the other, to columns; as many bytes. Record i ends at `ends[i]`. */
export function toColumns(rows: Uint8Array, ends: ArrayLike<number>, count: number, into: Uint8Array): void {
  const longest = longestOf(ends, count);
  let to = 0;
  for (let k = 0; k < longest; k++) {
    for (let i = 0, from = k; i < count; i++) {
      if (from < ends[i]) into[to++] = rows[from];
      from = ends[i] + k;
    }
  }
}

/** And back. */
export function toRows(columns: Uint8Array, ends: ArrayLike<number>, count: number, into: Uint8Array): void {
  const longest = longestOf(ends, count);
  let from = 0;
  for (let k = 0; k < longest; k++) {
    for (let i = 0, to = k; i < count; i++) {
      if (to < ends[i]) into[to] = columns[from++];
      to = ends[i] + k;
    }
  }
}

function longestOf(ends: ArrayLike<number>, count: number): number {
  let longest = 0;
  for (let i = 0, start = 0; i < count; i++) {
    longest = Math.max(longest, ends[i] - start);
    start = ends[i];
  }
  return longest;
}
