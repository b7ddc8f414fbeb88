import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PacketView, PacketWriterView } from '../../src/memory/packet-view.js';
import { PayloadCopier } from '../../src/memory/payload-copier.js';
import { bytesOf } from './block-fixture.js';

/** A payload in the middle of other words, none of which may be read or written. */
function payload(bytes: Uint8Array) {
  const buffer = new SharedArrayBuffer(64 + 4 * Math.ceil(bytes.length / 4) + 64);
  const all = new Uint8Array(buffer, 0, buffer.byteLength).fill(0xee);
  all.set(bytes, 64);
  const words = new Int32Array(buffer, 0, buffer.byteLength / 4);
  const floats = new Float32Array(buffer, 0, buffer.byteLength / 4);
  const placed = <T extends PacketView | PacketWriterView>(view: T): T => {
    view.attach(words, floats);
    view.start = 16;
    if (view instanceof PacketView) view.header = bytes.length << 16;
    else view.length = bytes.length;
    return view;
  };
  return { packet: placed(new PacketView()), writer: placed(new PacketWriterView()), payload: all.subarray(64, 64 + bytes.length), all };
}

const READS = {
  u8: ['getUint8', 1],
  i8: ['getInt8', 1],
  u16: ['getUint16', 2],
  i16: ['getInt16', 2],
  u32: ['getUint32', 4],
  i32: ['getInt32', 4],
  f32: ['getFloat32', 4],
  f64: ['getFloat64', 8],
} as const;

const WRITES = {
  setU8: ['setUint8', 1, fc.integer({ min: 0, max: 255 })],
  setU16: ['setUint16', 2, fc.integer({ min: 0, max: 65_535 })],
  setU32: ['setUint32', 4, fc.integer({ min: 0, max: 0xffff_ffff })],
  setI32: ['setInt32', 4, fc.integer()],
  setF32: ['setFloat32', 4, fc.float()],
  setF64: ['setFloat64', 8, fc.double()],
} as const;

describe('a packet', () => {
  it('reads every type at every offset as a little-endian DataView does', () =>
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const { packet } = payload(bytes);
        const model = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
        for (const [read, [modelRead, width]] of Object.entries(READS) as [keyof typeof READS, (typeof READS)['f32']][]) {
          for (let offset = 0; offset + width <= bytes.length; offset++) {
            expect(packet[read](offset)).toBe(model[modelRead](offset, true));
          }
        }
        expect(packet.toBytes()).toEqual(bytes);
      }),
      { numRuns: 60 },
    ));

  it('refuses every read that is not wholly inside, below as above', () => {
    for (const length of [0, 1, 3, 4, 7, 8, 12]) {
      const { packet } = payload(bytesOf(1, length));
      for (const [read, [, width]] of Object.entries(READS) as [keyof typeof READS, (typeof READS)['f32']][]) {
        for (const offset of [-8, -4, -1, length - width + 1, length, length + 1, 2 ** 31, 2 ** 32 - 1]) {
          if (offset >= 0 && offset + width <= length) continue;
          expect(() => packet[read](offset)).toThrow(expect.objectContaining({ code: 'ERR_PACKET_RANGE' }));
        }
      }
    }
  });

  it('names offset, width and length in its refusal', () => {
    const { packet } = payload(bytesOf(1, 6));
    expect(() => packet.u32(3)).toThrow('4 bytes at offset 3 lie outside a payload of 6 bytes');
    expect(() => packet.u8(-1)).toThrow('1 byte at offset -1 lie outside a payload of 6 bytes');
  });

  it('copies as much as fits, from the target’s start on', () => {
    const { packet } = payload(bytesOf(1, 10));
    for (const [size, start, count] of [
      [20, 0, 10],
      [20, 5, 10],
      [8, 0, 8],
      [8, 3, 5],
      [4, 4, 0],
      [4, 9, 0],
      [0, 0, 0],
    ]) {
      const target = new Uint8Array(size).fill(7);
      const wanted = target.slice();
      wanted.set(bytesOf(1, 10).subarray(0, count), Math.min(start, size));
      expect(packet.copyTo(target, start)).toBe(count);
      expect(target).toEqual(wanted);
    }
  });

  it('gives a copy that outlives it', () => {
    const { packet, payload: inPlace } = payload(bytesOf(1, 10));
    const copy = packet.toBytes();
    inPlace.fill(0);
    expect(copy).toEqual(bytesOf(1, 10));
  });
});

describe('a packet writer', () => {
  const write = fc.constantFrom(...(Object.keys(WRITES) as (keyof typeof WRITES)[])).chain((kind) => {
    const values: fc.Arbitrary<number> = WRITES[kind][2];
    return fc.tuple(fc.constant(kind), fc.integer({ min: 0, max: 40 }), values);
  });

  it('writes every type at every offset as a little-endian DataView does, or refuses, and touches nothing else', () =>
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 40 }), fc.array(write, { maxLength: 30 }), (length, writes) => {
        const bytes = bytesOf(2, length);
        const { writer, all } = payload(bytes);
        const model = all.slice();
        const view = new DataView(model.buffer, 64, length);
        for (const [kind, offset, value] of writes) {
          const [modelWrite, width] = WRITES[kind];
          if (offset + width <= length) {
            writer[kind](offset, value);
            view[modelWrite](offset, value, true);
          } else expect(() => writer[kind](offset, value)).toThrow(expect.objectContaining({ code: 'ERR_PACKET_RANGE' }));
        }
        expect(all).toEqual(model);
      }),
      { numRuns: 200 },
    ));

  it('takes bytes that end where the payload ends, and refuses one more', () => {
    const { writer, payload: inPlace, all } = payload(new Uint8Array(9));
    writer.setBytes(2, bytesOf(3, 7));
    expect(inPlace).toEqual(Uint8Array.of(0, 0, ...bytesOf(3, 7)));
    const before = all.slice();
    for (const [offset, length] of [
      [2, 8],
      [9, 1],
      [10, 0],
      [-1, 1],
    ]) {
      expect(() => writer.setBytes(offset, new Uint8Array(length))).toThrow(expect.objectContaining({ code: 'ERR_PACKET_RANGE' }));
    }
    expect(all).toEqual(before);
  });
});

describe('PayloadCopier', () => {
  const copied = (copier: PayloadCopier, bytes: Uint8Array, start = 0, length = bytes.length): Uint8Array => {
    const words = new Int32Array(Math.ceil(length / 4) + 2).fill(-1);
    copier.copy(words, 1, bytes, start, length);
    expect([words[0], words[words.length - 1]]).toEqual([-1, -1]);
    return new Uint8Array(words.buffer, 4, Math.ceil(length / 4) * 4);
  };

  it('copies any part of any array, met once or often, and pads with zeros', () =>
    fc.assert(
      fc.property(fc.array(fc.record({ array: fc.nat(3), start: fc.nat(30), length: fc.nat(30) }), { maxLength: 40 }), (copies) => {
        const copier = new PayloadCopier();
        const arrays = [0, 1, 2, 4].map((offset) => new Uint8Array(bytesOf(offset, 80).buffer, offset, 70));
        for (const { array, start, length } of copies) {
          const wanted = new Uint8Array(Math.ceil(length / 4) * 4);
          wanted.set(arrays[array].subarray(start, start + length));
          expect(copied(copier, arrays[array], start, length)).toEqual(wanted);
        }
      }),
      { numRuns: 100 },
    ));

  it('sees what was written into an array since the last time', () => {
    const copier = new PayloadCopier();
    const bytes = new Uint8Array(8);
    for (let i = 0; i < 5; i++) {
      bytes.fill(i);
      expect(copied(copier, bytes)).toEqual(new Uint8Array(8).fill(i));
    }
  });

  it('follows an array whose buffer shrinks and grows under it', () => {
    const Resizable = ArrayBuffer as unknown as new (n: number, o: { maxByteLength: number }) => ArrayBuffer & { resize(n: number): void };
    const buffer = new Resizable(16, { maxByteLength: 32 });
    // biome-ignore lint/plugin: an array that tracks its buffer's length is the case under test
    const bytes = new Uint8Array(buffer);
    const copier = new PayloadCopier();
    for (const size of [16, 16, 16, 8, 8, 32, 32, 4, 16, 0, 32]) {
      buffer.resize(size);
      for (let i = 0; i < size; i++) bytes[i] = i + size;
      expect(copied(copier, bytes)).toEqual(Uint8Array.from({ length: size }, (_, i) => i + size));
    }
  });

  it('copies nothing from an array that went to another thread', () => {
    const copier = new PayloadCopier();
    const known = bytesOf(1, 16);
    copied(copier, known);
    copied(copier, known);
    structuredClone(known, { transfer: [known.buffer as ArrayBuffer] });
    expect(copied(copier, known)).toEqual(new Uint8Array(0));
    const fresh = bytesOf(1, 16);
    structuredClone(fresh, { transfer: [fresh.buffer as ArrayBuffer] });
    for (let i = 0; i < 3; i++) expect(copied(copier, fresh)).toEqual(new Uint8Array(0));
  });

  it('refuses what is no Uint8Array', () => {
    const copier = new PayloadCopier();
    for (const payload of ['abc', [1, 2, 3], new Uint16Array(2), new Uint8ClampedArray(2)]) {
      expect(() => copier.copy(new Int32Array(4), 0, payload as unknown as Uint8Array, 0, 2)).toThrow(
        expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }),
      );
    }
  });
});
