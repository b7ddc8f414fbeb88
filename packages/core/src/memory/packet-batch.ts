import { DormouseError, shown } from '../errors.js';
import { type Packet, PacketView } from './packet-view.js';

const NO_WORDS = new Int32Array(0);
const NO_FLOATS = new Float32Array(0);

/**
 * Packets that sessions have sent, column by column: of packet i, `begin` ≤ i < `end`, by account id, each session's in order. Valid until the handler returns; what stands
 * beside these numbers is not the handler's to read.
 */
export interface PacketBatch {
  readonly begin: number;
  readonly end: number;
  readonly accountIds: Uint32Array;
  /** 0…65 535. */
  readonly opcodes: Uint16Array;
  /** Payload bytes. */
  readonly lengths: Uint16Array;
  /** The payload of packet i is `words[starts[i]]` and on, padded with zero bytes to whole words. */
  readonly starts: Int32Array;
  readonly words: Int32Array;
  /** Packet i as `onPacket` would be given it: a reused view, valid until the next call. Throws `ERR_PACKET_RANGE` for another number, `ERR_SESSION_PARKED` once the handler has returned. */
  packet(i: number): Packet;
}

/** Takes packets of many sessions together. */
export type PacketBatchHandler = (packets: PacketBatch) => unknown;

/** The columns of a batch; rows are written by whoever makes it. */
export class PacketColumns implements PacketBatch {
  begin = 0;
  end = 0;
  accountIds: Uint32Array;
  opcodes: Uint16Array;
  lengths: Uint16Array;
  starts: Int32Array;
  words: Int32Array = NO_WORDS;
  floats: Float32Array = NO_FLOATS;
  readonly #view = new PacketView();

  constructor(accountIds: Uint32Array, opcodes: Uint16Array, lengths: Uint16Array, starts: Int32Array) {
    this.accountIds = accountIds;
    this.opcodes = opcodes;
    this.lengths = lengths;
    this.starts = starts;
  }

  /** Of this thread's own memory. */
  static ofOwn(count: number): PacketColumns {
    return new PacketColumns(new Uint32Array(count), new Uint16Array(count), new Uint16Array(count), new Int32Array(count));
  }

  packet(i: number): Packet {
    if (!(i >= this.begin && i < this.end)) this.#refuse(i);
    const view = this.#view;
    view.attach(this.words, this.floats);
    view.start = this.starts[i];
    view.header = this.opcodes[i] | (this.lengths[i] << 16);
    return view;
  }

  /** Adds one whose payload begins at word `start`; returns its payload bytes. */
  add(accountId: number, header: number, start: number): number {
    if (this.end === this.starts.length) this.#grow();
    const i = this.end++;
    this.accountIds[i] = accountId;
    this.opcodes[i] = header;
    this.lengths[i] = header >>> 16;
    this.starts[i] = start;
    return header >>> 16;
  }

  /** Points at these words, and has no packets. */
  open(words: Int32Array, floats: Float32Array): void {
    this.words = words;
    this.floats = floats;
    this.begin = 0;
    this.end = 0;
  }

  /** Has none: a view that stays on a block would keep its memory. */
  close(): void {
    this.open(NO_WORDS, NO_FLOATS);
    this.#view.detach();
  }

  #refuse(i: number): never {
    if (this.words === NO_WORDS) {
      throw new DormouseError(
        'ERR_SESSION_PARKED',
        'packets were used outside the call they were given to: they are dead when the call returns',
      );
    }
    throw new DormouseError('ERR_PACKET_RANGE', `packet must be ${this.begin}…${this.end - 1}: got ${shown(i)}`);
  }

  #grow(): void {
    const next = PacketColumns.ofOwn(this.starts.length * 2);
    next.accountIds.set(this.accountIds);
    next.opcodes.set(this.opcodes);
    next.lengths.set(this.lengths);
    next.starts.set(this.starts);
    this.accountIds = next.accountIds;
    this.opcodes = next.opcodes;
    this.lengths = next.lengths;
    this.starts = next.starts;
  }
}
