import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyHead, HEAD_BYTES, type IndexHead, type RecordKind, readHead, writeHead } from '../../src/record/record-head.js';

const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const head: fc.Arbitrary<IndexHead> = fc.record({
  accountId: u32,
  incarnation: fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff }),
  mapId: u32,
  groupId: u32,
  dueMs: fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constant(Number.POSITIVE_INFINITY)),
  storedAt: u32,
  shape: fc.integer({ min: 0, max: 254 }),
  kind: fc.constantFrom<RecordKind>(0, 1, 2),
  isAsking: fc.boolean(),
  isUnsent: fc.boolean(),
});

describe('a head', () => {
  it('is read as it was written, wherever it stands', () => {
    fc.assert(
      fc.property(fc.array(head, { minLength: 1, maxLength: 5 }), (heads) => {
        const bytes = new Uint8Array(8 + heads.length * HEAD_BYTES).fill(0xee);
        const view = new DataView(bytes.buffer, 8, heads.length * HEAD_BYTES);
        for (const [index, one] of heads.entries()) writeHead(view, index, one);
        expect(bytes.subarray(0, 8)).toEqual(new Uint8Array(8).fill(0xee));
        expect(heads.map((_, index) => readHead(view, index, emptyHead()))).toEqual(heads);
      }),
    );
  });
});
