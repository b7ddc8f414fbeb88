const MOST_WORDS = 4096;
const FIRST_WORDS = 32;

/**
 * Packets of one session in one direction, 16 KiB at the most. Record: a word of opcode and payload length, then the payload's words. Whoever reads takes all
 * there is and rewinds, so that records never wrap. It begins small and grows when it must: full-sized rings would all begin at the same places of the
 * cache, and cost a fifth of a tick.
 */
export class PacketRing {
  words = new Int32Array(FIRST_WORDS);
  /** The same words, for payloads of floats. */
  floats = new Float32Array(this.words.buffer, 0, FIRST_WORDS);
  /** Words in use. */
  head = 0;

  /** Where the payload of a new record of `bytes` begins; −1 if there is no room. */
  claim(opcode: number, bytes: number): number {
    const at = this.head;
    const end = at + 1 + ((bytes + 3) >> 2);
    if (end > this.words.length && !this.#grow(end)) return -1;
    this.words[at] = opcode | (bytes << 16);
    this.head = end;
    return at + 1;
  }

  #grow(least: number): boolean {
    if (least > MOST_WORDS) return false;
    let { length } = this.words;
    while (length < least) length *= 2;
    const words = new Int32Array(length);
    words.set(this.words);
    this.words = words;
    this.floats = new Float32Array(words.buffer, 0, length);
    return true;
  }
}
