import { INBOUND_BYTES, INBOUND_OPCODE, INBOUND_WORDS, wordSum } from '../arithmetic/packets.js';
import type { InboundPackets, PacketSink } from '../compare/contender.js';

const RING_BYTES = 16_384;
/** A cache line more than a ring: at a power of two apart, the beginnings of all rings would share a few cache sets. */
const RING_STRIDE_WORDS = RING_BYTES / 4 + 16;

/**
 * A ring of packets a session, with nothing around it. Record: one word of opcode and payload length, then the payload's
 * words. Readers take all there is and rewind, so records never wrap; what does not fit behind the head is dropped.
 */
export interface Rings {
  readonly words: Int32Array;
  /** The same words, for payloads of floats. */
  readonly floats: Float32Array;
  /** Words in use in ring i, which begins at word `i * strideWords`. */
  readonly heads: Int32Array;
  readonly strideWords: number;
  readonly capacityWords: number;
}

/** W2's and W8's columns beside those every workload has. */
export interface PacketColumns {
  readonly inbound: Rings;
  readonly outbound: Rings;
  /** Health between draining and moving. */
  readonly healed: Float64Array;
  readonly packetsIn: Uint32Array;
  readonly packetsOut: Uint32Array;
  readonly bytesIn: Uint32Array;
  readonly bytesOut: Uint32Array;
  readonly dropped: Uint32Array;
}

export function packetColumnsOf(count: number): PacketColumns {
  const counters = (): Uint32Array => new Uint32Array(new SharedArrayBuffer(count * 4), 0, count);
  return {
    inbound: ringsOf(count),
    outbound: ringsOf(count),
    healed: new Float64Array(new SharedArrayBuffer(count * 8), 0, count),
    packetsIn: counters(),
    packetsOut: counters(),
    bytesIn: counters(),
    bytesOut: counters(),
    dropped: counters(),
  };
}

function ringsOf(count: number): Rings {
  const length = count * RING_STRIDE_WORDS;
  const buffer = new SharedArrayBuffer(length * 4);
  return {
    words: new Int32Array(buffer, 0, length),
    floats: new Float32Array(buffer, 0, length),
    heads: new Int32Array(new SharedArrayBuffer(count * 4), 0, count),
    strideWords: RING_STRIDE_WORDS,
    capacityWords: RING_BYTES / 4,
  };
}

/** Puts one record of the driver's into the ring of each session that it is for. */
export function deliver({ inbound, dropped }: PacketColumns, { ranks, words: payloads, count }: InboundPackets): void {
  const { words, heads, strideWords, capacityWords } = inbound;
  for (let i = 0; i < count; i++) {
    const rank = ranks === null ? i : ranks[i];
    const head = heads[rank];
    if (head + INBOUND_WORDS + 1 > capacityWords) {
      dropped[rank]++;
      continue;
    }
    const at = rank * strideWords + head;
    const from = i * INBOUND_WORDS;
    words[at] = INBOUND_OPCODE | (INBOUND_BYTES << 16);
    for (let j = 0; j < INBOUND_WORDS; j++) words[at + 1 + j] = payloads[from + j];
    heads[rank] = head + INBOUND_WORDS + 1;
  }
}

/** Takes every record that sessions have sent, empties their rings, and returns the sum of the payload words. */
export function collect({ outbound }: PacketColumns): number {
  const { words, heads, strideWords } = outbound;
  let sum = 0;
  for (let i = 0; i < heads.length; i++) {
    const start = i * strideWords;
    const end = start + heads[i];
    for (let at = start; at < end; ) {
      const bytes = words[at] >>> 16;
      sum = (sum + wordSum(words, at + 1, bytes)) | 0;
      at += (bytes + 7) >> 2;
    }
    heads[i] = 0;
  }
  return sum;
}

/** The same, but each is handed over. */
export function handOver({ outbound }: PacketColumns, sink: PacketSink): void {
  const { words, heads, strideWords } = outbound;
  for (let i = 0; i < heads.length; i++) {
    const start = i * strideWords;
    const end = start + heads[i];
    for (let at = start; at < end; at += ((words[at] >>> 16) + 7) >> 2) sink.take(words, at + 1);
    heads[i] = 0;
  }
}
