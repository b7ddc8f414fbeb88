const RING_BYTES = 16_384;

/**
 * Packets of one session in one direction. Record: a word of opcode and payload length, then the payload's words. Whoever reads takes all there is and
 * rewinds, so that records never wrap and what is in use stays in the cache.
 */
export class PacketRing {
  readonly words = new Int32Array(RING_BYTES / 4);
  /** The same words, for payloads of floats. */
  readonly floats = new Float32Array(this.words.buffer, 0, RING_BYTES / 4);
  /** Words in use. */
  head = 0;

  /** Where the payload of a new record of `bytes` begins; −1 if there is no room. */
  claim(opcode: number, bytes: number): number {
    const at = this.head;
    const end = at + 1 + ((bytes + 3) >> 2);
    if (end > this.words.length) return -1;
    this.words[at] = opcode | (bytes << 16);
    this.head = end;
    return at + 1;
  }
}
