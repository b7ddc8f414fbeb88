/**
 * What the threads of the index's stress test agree on. Accounts fall into four groups; the slot of an account tells which account it
 * belongs to, so that no reader can be given another's without noticing.
 *
 * - permanent: always there, moved all the time; its slot counts its moves, so time never runs backwards for a reader
 * - coming and going: inserted and deleted all the time
 * - growing: inserted one after the other and never removed; the control word says how many are there
 * - absent: never there
 */
export const PERMANENT = 256;
export const COMING = 512;
export const GROWING = 40_000;
export const CEILING = 65_536;
/** Moves that a slot can count. */
export const MOVES = 1 << 20;

export const Control = { done: 0, grown: 1, started: 2, reads: 4 } as const;
export const CONTROL_WORDS = 16;

/** Sequential ids lie in all submaps; these lie in the upper half of the u32 range. */
export const permanentAccount = (i: number): number => 0xf000_0000 + i * 7;
export const comingAccount = (i: number): number => 1 + i;
export const growingAccount = (i: number): number => 100_000 + i;
export const absentAccount = (i: number): number => 0x7000_0000 + i;

export const permanentSlot = (i: number, moves: number): number => i * MOVES + (moves % MOVES);
export const comingSlot = (i: number, times: number): number => i * MOVES + (times % MOVES);
export const growingSlot = (i: number): number => 0x4000_0000 + i;

/** What a reader has seen. Everything but `reads` and the `seen` counts must be 0. */
export interface ReaderReport {
  readonly reads: number;
  readonly seenThere: number;
  readonly seenGone: number;
  readonly permanentMissed: number;
  readonly permanentWrong: number;
  readonly backwards: number;
  readonly comingWrong: number;
  readonly growingMissed: number;
  readonly growingWrong: number;
  readonly absentFound: number;
}

export function randomOf(seed: number): () => number {
  let state = Math.imul(seed, 0x9e37_79b1) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}
