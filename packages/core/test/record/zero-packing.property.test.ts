import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mostPackedBytes, packZeros, unpackZeros, wholeWords } from '../../src/record/zero-packing.js';

const START = 3;

function pack(bytes: Uint8Array): Uint8Array {
  const from = START + mostPackedBytes(bytes.length);
  const scratch = new Uint8Array(from + wholeWords(bytes.length) + 8).fill(0xdd);
  scratch.set(bytes, from);
  scratch.fill(0, from + bytes.length, from + wholeWords(bytes.length));
  const end = packZeros(scratch, from, from + bytes.length, START);
  expect(end).toBeLessThanOrEqual(from);
  expect(Buffer.compare(scratch.subarray(from, from + bytes.length), bytes)).toBe(0);
  return scratch.slice(START, end);
}

/** Undefined: refused. */
function unpack(packed: Uint8Array, size: number): Uint8Array | undefined {
  const from = new Uint8Array(START + packed.length + 8).fill(0xee);
  from.set(packed, START);
  const into = new Uint8Array(wholeWords(size) + 8).fill(0xcc);
  const isWhole = unpackZeros(from, START, START + packed.length, into, size);
  expect(Array.from(into.subarray(wholeWords(size)))).toEqual(new Array(8).fill(0xcc));
  if (isWhole) expect(into.subarray(size, wholeWords(size)).every((byte) => byte === 0)).toBe(true);
  return isWhole ? into.slice(0, size) : undefined;
}

function isEqual(a: Uint8Array | undefined, b: Uint8Array): boolean {
  return a !== undefined && Buffer.compare(a, b) === 0;
}

/** Stretches of zeros, of none, and of both. */
const stretches = fc
  .array(
    fc.oneof(
      fc.nat(40).map((length) => new Array<number>(length).fill(0)),
      fc.array(fc.integer({ min: 1, max: 255 }), { maxLength: 40 }),
      fc.array(fc.constantFrom(0, 0, 1, 255), { maxLength: 40 }),
      fc.constantFrom(2040, 2048, 2056, 4200).map((length) => new Array<number>(length).fill(0)),
      fc.constantFrom(2040, 2048, 2056, 4200).map((length) => new Array<number>(length).fill(7)),
    ),
    { maxLength: 8 },
  )
  .map((parts) => Uint8Array.from(parts.flat()));

describe('zero packing', () => {
  it('gives back any bytes, and takes no more than it says', () =>
    fc.assert(
      fc.property(stretches, (bytes) => {
        expect(isEqual(unpack(pack(bytes), bytes.length), bytes)).toBe(true);
      }),
      { numRuns: 500 },
    ));

  it('gives back every length from 0 to 300, of zeros, of none, and of every third', () => {
    for (let length = 0; length <= 300; length++) {
      for (const every of [0, 1, 3]) {
        const bytes = Uint8Array.from({ length }, (_, index) => (every !== 0 && index % every === 0 ? 1 + (index % 255) : 0));
        expect(isEqual(unpack(pack(bytes), length), bytes)).toBe(true);
      }
    }
  });

  it('takes two bytes for 2048 zeros, and a hundredth more for bytes of which none is one', () => {
    expect(pack(new Uint8Array(2048))).toHaveLength(2);
    expect(pack(new Uint8Array(2056))).toHaveLength(4);
    expect(pack(new Uint8Array(280).fill(9))).toHaveLength(282);
    expect(pack(new Uint8Array(8192).fill(9)).length / 8192).toBeLessThan(1.01);
  });

  it('packs as the encoding says', () => {
    expect(Array.from(pack(Uint8Array.of(8, 0, 0, 0, 3, 0, 2, 0, 0, 0, 0x19, 0, 0, 0, 0xaa, 1)))).toEqual([
      0x51, 8, 3, 2, 0xc4, 0x19, 0xaa, 1,
    ]);
    expect(Array.from(pack(new Uint8Array(32)))).toEqual([0, 3]);
    expect(Array.from(pack(Uint8Array.of(...new Array(32).fill(0x8a))))).toEqual([
      0xff,
      ...new Array(8).fill(0x8a),
      3,
      ...new Array(24).fill(0x8a),
    ]);
  });

  it('refuses what is cut off, unless a tag begins there', () =>
    fc.assert(
      fc.property(stretches, fc.nat(), (bytes, place) => {
        const packed = pack(bytes);
        if (packed.length === 0) return;
        const cut = place % packed.length;
        const expected = tagsOf(packed).includes(cut);
        expect(unpack(packed.subarray(0, cut), bytes.length) !== undefined).toBe(expected);
      }),
      { numRuns: 500 },
    ));

  it('writes nowhere else and reads nothing else, whatever it is given', () =>
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(300), (packed, size) => {
        const unpacked = unpack(packed, size);
        // What was accepted says the same as what is written of it.
        if (unpacked !== undefined) expect(isEqual(unpack(pack(unpacked), size), unpacked)).toBe(true);
      }),
      { numRuns: 500 },
    ));
});

/** Where tags are. */
function tagsOf(packed: Uint8Array): number[] {
  const tags: number[] = [];
  for (let at = 0; at < packed.length; ) {
    tags.push(at);
    const tag = packed[at++];
    for (let bit = 0; bit < 8; bit++) at += (tag >> bit) & 1;
    if (tag === 0) at++;
    else if (tag === 0xff) at += 1 + packed[at] * 8;
  }
  return tags;
}
