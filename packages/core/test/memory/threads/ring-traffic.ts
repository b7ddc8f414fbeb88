/**
 * What the threads of the rings' stress test agree on. A block's 64 sessions are handed from the host to two participants and back, tick
 * by tick; a row goes to the other participant every time. Each direction of each row has a sequence number of its own. A packet's
 * opcode is its number, its payload follows from row, direction and number: whatever is lost, twice, torn or out of order shows.
 */
export const PARTICIPANTS = 2;
export const TICKS = 2500;

/** Control words: `tick` is raised by the host to let the participants go, `done` by each that has finished. */
export const Control = { tick: 0, done: 1, failed: 2 } as const;
const CONTROL_WORDS = 16;
/** Behind them, plain words that travel with the rows: per row the packets received and those sent by the session. */
export const RECEIVED = CONTROL_WORDS;
export const SENT = RECEIVED + 64;
export const SHARED_WORDS = SENT + 64;

export const STOP = -1;

export const participantOf = (row: number, tick: number): number => (row + tick) % PARTICIPANTS;

export type Direction = 0 | 1;

export function randomOf(seed: number): () => number {
  let state = Math.imul(seed, 0x9e37_79b1) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

/** Fills `into` with the payload of a packet and returns its length: mostly short, now and then as long as a ring takes. */
export function payloadOf(into: Uint8Array, row: number, direction: Direction, sequence: number): number {
  const random = randomOf((row << 24) ^ (direction << 23) ^ sequence);
  random();
  const kind = random() % 16;
  const length = kind === 0 ? random() % (into.length + 1) : kind < 4 ? random() % 260 : random() % 33;
  for (let i = 0; i < length; i++) into[i] = random();
  return length;
}
