import { Pc, type Places, ROWS, Row } from './places.js';
import type { Setting } from './variants.js';

/** What a tick's end shows to be wrong; the rows are those of the next tick then. */
export function checkTick(s: Int8Array, p: Places, { workers, batches }: Setting): string | undefined {
  for (let participant = 0; participant <= workers; participant++) {
    const pc = s[p.pc + participant];
    if (pc > Pc.claimSwap && pc <= Pc.finish) return 'a tick ends while a batch is under way';
  }
  for (let at = 0; at < batches * ROWS; at++) {
    const row = s[p.rows + at];
    if ((row & (Row.ended | Row.reported)) === 0) {
      return (row & Row.begun) === 0 ? 'a row is not run in a tick' : 'an interrupted row is not reported';
    }
    s[p.rows + at] = 0;
  }
  return undefined;
}
