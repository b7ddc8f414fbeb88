import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  Column,
  KERNEL_RESULT_WORDS,
  LAST_ACTIVITY_F64,
  MAX_PARTICIPANTS,
  MAX_RING_BYTES,
  MIN_RING_BYTES,
  maxPayloadBytes,
  NEAR_WORDS,
  PAD_HEADER,
  PAGE_BYTES,
  PAGE_CORE_WORDS,
  PARTICIPANT_WORDS,
  ROWS,
  recordWords,
  SUBMAP_HEADER_WORDS,
  SUBMAPS,
  tableRegions,
} from '../../src/layout/geometry.js';

const RING_SIZES = [1024, 2048, 4096, 8192, 16_384, 32_768, 65_536, 131_072];

describe('the table’s regions', () => {
  it('follow one another without overlap, each as large as its use, for any ceiling', () =>
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_048_576 }), (ceiling) => {
        const regions = tableRegions(ceiling);
        const { slotCount, blockCount } = regions;
        expect(slotCount).toBe(blockCount * ROWS);
        expect(slotCount - ceiling).toBeGreaterThanOrEqual(0);
        expect(slotCount - ceiling).toBeLessThan(ROWS);
        const sizes = [
          [regions.participants, MAX_PARTICIPANTS * PARTICIPANT_WORDS * 4],
          [regions.batchList, blockCount * 4],
          [regions.activeMasks, blockCount * 8],
          [regions.outboundFlags, blockCount],
          [regions.slotStates, slotCount],
          [regions.faultCounts, slotCount],
          [regions.kernelResults, KERNEL_RESULT_WORDS * 4],
          [regions.slotList, slotCount * 4],
          [regions.index, SUBMAPS * (SUBMAP_HEADER_WORDS * 4 + regions.submapCapacity * 8)],
          [regions.pages, blockCount * PAGE_BYTES],
        ];
        let end = 0;
        for (const [offset, bytes] of sizes) {
          expect(offset).toBeGreaterThanOrEqual(end);
          expect(offset % 64).toBe(0);
          end = offset + bytes;
        }
        expect(regions.pages % PAGE_BYTES).toBe(0);
        expect(regions.totalBytes).toBeGreaterThanOrEqual(end);
        expect(regions.totalBytes % 65_536).toBe(0);
        expect(regions.totalBytes).toBeLessThanOrEqual(65_536 * 65_536);
      }),
    ));

  it('give each submap a power of two of entries, twice its share of all slots at least', () =>
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_048_576 }), (ceiling) => {
        const { submapCapacity, slotCount } = tableRegions(ceiling);
        expect(Math.log2(submapCapacity) % 1).toBe(0);
        expect(submapCapacity * SUBMAPS).toBeGreaterThanOrEqual(slotCount * 2);
      }),
    ));
});

it('a page’s columns do not overlap and end where its hot half begins', () => {
  const used = new Set<number>();
  const spans = [...Object.values(Column).map((first) => [first, ROWS]), [LAST_ACTIVITY_F64 * 2, ROWS * 2]];
  for (const [first, words] of spans) {
    for (let word = first; word < first + words; word++) {
      expect(used.has(word)).toBe(false);
      used.add(word);
    }
  }
  expect(used.size).toBe(PAGE_CORE_WORDS);
  expect(Math.max(...used)).toBe(PAGE_CORE_WORDS - 1);
});

describe('records', () => {
  it('have a header and their payload in whole words', () => {
    expect([0, 1, 3, 4, 5, 16, 65_532].map(recordWords)).toEqual([1, 2, 2, 2, 3, 5, 16_384]);
  });

  it('of the longest payload fill the far part of a ring, or all that a u16 length can say', () => {
    for (const ringBytes of RING_SIZES) {
      const most = maxPayloadBytes(ringBytes);
      expect(recordWords(most)).toBeLessThanOrEqual(ringBytes / 4 - NEAR_WORDS);
      expect(most === 65_532 || recordWords(most + 1) > ringBytes / 4 - NEAR_WORDS).toBe(true);
    }
    expect([MIN_RING_BYTES, MAX_RING_BYTES]).toEqual([RING_SIZES[0], RING_SIZES[RING_SIZES.length - 1]]);
  });

  it('never look like a pad, whatever their opcode', () => {
    for (const length of [0, 1, maxPayloadBytes(MAX_RING_BYTES)]) {
      for (const opcode of [0, 65_535]) expect(opcode | (length << 16)).not.toBe(PAD_HEADER);
    }
  });
});
