import { DormouseError } from '../errors.js';

/** A packet as its receiver sees it: a reused view of the ring, valid until the next packet is taken or the call ends. */
export interface Packet {
  /** 0…65 535. */
  readonly opcode: number;
  /** Payload bytes. */
  readonly length: number;
  /** Reads at byte `offset` of the payload, little-endian, at any alignment; `ERR_PACKET_RANGE` past its end. */
  u8(offset: number): number;
  i8(offset: number): number;
  u16(offset: number): number;
  i16(offset: number): number;
  u32(offset: number): number;
  i32(offset: number): number;
  f32(offset: number): number;
  f64(offset: number): number;
  /** Copies the payload, or as much as fits, to `target`; returns how many bytes. */
  copyTo(target: Uint8Array, targetStart?: number): number;
  /** A copy of the payload that outlives the packet. Allocates. */
  toBytes(): Uint8Array;
  /**
   * For loops where every nanosecond counts: the payload is `words[start]` and on, padded with zero bytes to whole words.
   * Read nothing else of `words`: it holds the rings of other sessions.
   */
  readonly words: Int32Array;
  readonly start: number;
}

/** A packet being written in place, from `session.claim()`. Every byte must be written: what is not holds old bytes. */
export interface PacketWriter {
  readonly length: number;
  /** Writes at byte `offset` of the payload, little-endian, at any alignment; `ERR_PACKET_RANGE` past its end. */
  setU8(offset: number, value: number): void;
  setU16(offset: number, value: number): void;
  setU32(offset: number, value: number): void;
  setI32(offset: number, value: number): void;
  setF32(offset: number, value: number): void;
  setF64(offset: number, value: number): void;
  /** Copies `bytes` in, from byte `offset` on. */
  setBytes(offset: number, bytes: Uint8Array): void;
  /**
   * For loops where every nanosecond counts: the payload is `words[start]` and on, the same memory as `floats[start]` and on.
   * Write nothing else of them: they hold the rings of other sessions.
   */
  readonly words: Int32Array;
  readonly floats: Float32Array;
  readonly start: number;
}

const floatBits = new Float32Array(1);
const floatWord = new Int32Array(floatBits.buffer, 0, 1);
const doubleBits = new Float64Array(1);
const doubleWords = new Int32Array(doubleBits.buffer, 0, 2);

const NO_WORDS = new Int32Array(0);
const NO_FLOATS = new Float32Array(0);

/** Payload bytes in place in a ring. The ring keeps records whole and aligned to words, so one start index is enough. */
export abstract class PayloadWindow {
  /** Payload bytes. */
  abstract readonly length: number;
  words: Int32Array = NO_WORDS;
  floats: Float32Array = NO_FLOATS;
  start = 0;

  /** Points at a buffer's words; `start` and `length` are set packet by packet. */
  attach(words: Int32Array, floats: Float32Array): void {
    this.words = words;
    this.floats = floats;
  }

  /** Points at nothing. A view that stays on a block would keep its memory. */
  detach(): void {
    this.words = NO_WORDS;
    this.floats = NO_FLOATS;
    this.start = 0;
  }

  protected read32(offset: number): number {
    const at = this.start + (offset >> 2);
    const shift = (offset & 3) << 3;
    return shift === 0 ? this.words[at] : (this.words[at] >>> shift) | (this.words[at + 1] << (32 - shift));
  }

  protected write32(offset: number, value: number): void {
    const at = this.start + (offset >> 2);
    const shift = (offset & 3) << 3;
    if (shift === 0) {
      this.words[at] = value;
      return;
    }
    const below = (1 << shift) - 1;
    this.words[at] = (this.words[at] & below) | (value << shift);
    this.words[at + 1] = (this.words[at + 1] & ~below) | (value >>> (32 - shift));
  }

  protected outside(offset: number, bytes: number): never {
    if (this.words === NO_WORDS) {
      throw new DormouseError('ERR_SESSION_PARKED', 'a packet was used outside the call it was given to: it is dead when the call returns');
    }
    throw new DormouseError(
      'ERR_PACKET_RANGE',
      `${bytes} byte${bytes === 1 ? '' : 's'} at offset ${offset} lie outside a payload of ${this.length} bytes`,
    );
  }
}

export class PacketView extends PayloadWindow implements Packet {
  /** The record's first word: `payload bytes << 16 | opcode`. */
  header = 0;

  get opcode(): number {
    return this.header & 0xffff;
  }

  get length(): number {
    return this.header >>> 16;
  }

  override detach(): void {
    super.detach();
    this.header = 0;
  }

  u8(offset: number): number {
    if (offset >>> 0 >= this.length) this.outside(offset, 1);
    return (this.words[this.start + (offset >> 2)] >>> ((offset & 3) << 3)) & 0xff;
  }

  i8(offset: number): number {
    return (this.u8(offset) << 24) >> 24;
  }

  u16(offset: number): number {
    if ((offset >>> 0) + 2 > this.length) this.outside(offset, 2);
    return this.u8(offset) | (this.u8(offset + 1) << 8);
  }

  i16(offset: number): number {
    return (this.u16(offset) << 16) >> 16;
  }

  i32(offset: number): number {
    if ((offset >>> 0) + 4 > this.length) this.outside(offset, 4);
    return this.read32(offset);
  }

  u32(offset: number): number {
    return this.i32(offset) >>> 0;
  }

  f32(offset: number): number {
    floatWord[0] = this.i32(offset);
    return floatBits[0];
  }

  f64(offset: number): number {
    if ((offset >>> 0) + 8 > this.length) this.outside(offset, 8);
    doubleWords[0] = this.read32(offset);
    doubleWords[1] = this.read32(offset + 4);
    return doubleBits[0];
  }

  copyTo(target: Uint8Array, targetStart = 0): number {
    const count = Math.max(0, Math.min(this.length, target.length - targetStart));
    const words = this.words;
    for (let i = 0; i < count; i++) target[targetStart + i] = words[this.start + (i >> 2)] >>> ((i & 3) << 3);
    return count;
  }

  toBytes(): Uint8Array {
    const copy = new Uint8Array(this.length);
    this.copyTo(copy);
    return copy;
  }
}

export class PacketWriterView extends PayloadWindow implements PacketWriter {
  length = 0;

  override detach(): void {
    super.detach();
    this.length = 0;
  }

  setU8(offset: number, value: number): void {
    if (offset >>> 0 >= this.length) this.outside(offset, 1);
    const at = this.start + (offset >> 2);
    const shift = (offset & 3) << 3;
    this.words[at] = (this.words[at] & ~(0xff << shift)) | ((value & 0xff) << shift);
  }

  setU16(offset: number, value: number): void {
    if ((offset >>> 0) + 2 > this.length) this.outside(offset, 2);
    this.setU8(offset, value);
    this.setU8(offset + 1, value >>> 8);
  }

  setI32(offset: number, value: number): void {
    if ((offset >>> 0) + 4 > this.length) this.outside(offset, 4);
    this.write32(offset, value);
  }

  setU32(offset: number, value: number): void {
    if ((offset >>> 0) + 4 > this.length) this.outside(offset, 4);
    this.write32(offset, value);
  }

  setF32(offset: number, value: number): void {
    if ((offset >>> 0) + 4 > this.length) this.outside(offset, 4);
    if ((offset & 3) === 0) this.floats[this.start + (offset >> 2)] = value;
    else {
      floatBits[0] = value;
      this.write32(offset, floatWord[0]);
    }
  }

  setF64(offset: number, value: number): void {
    if ((offset >>> 0) + 8 > this.length) this.outside(offset, 8);
    doubleBits[0] = value;
    this.write32(offset, doubleWords[0]);
    this.write32(offset + 4, doubleWords[1]);
  }

  setBytes(offset: number, bytes: Uint8Array): void {
    if ((offset >>> 0) + bytes.length > this.length) this.outside(offset, bytes.length);
    for (let i = 0; i < bytes.length; i++) this.setU8(offset + i, bytes[i]);
  }
}
