import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ACTIVITY_BYTES,
  BLOCK_CELL_BYTES,
  CHUNK_BYTES,
  CHUNK_SLACK_BYTES,
  Column,
  HOT_BYTES,
  KERNEL_RESULT_WORDS,
  MAX_PARTICIPANTS,
  MAX_RING_BYTES,
  MIN_RING_BYTES,
  maxPayloadBytes,
  NEAR_WORDS,
  PACKET_WORDS,
  PAD_HEADER,
  PAGE_BYTES,
  PAGE_WORDS,
  PARTICIPANT_WORDS,
  ROWS,
  recordWords,
  SUBMAP_HEADER_WORDS,
  SUBMAPS,
  TRAFFIC_BYTES,
  TRAFFIC_WORDS,
  Traffic,
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
          [regions.packetList, slotCount * PACKET_WORDS * 4],
          [regions.senderSlots, regions.senderCapacity * 4],
          [regions.senderAccounts, regions.senderCapacity * 4],
          [regions.sentStarts, regions.senderCapacity * 4],
          [regions.sentOpcodes, regions.senderCapacity * 2],
          [regions.sentLengths, regions.senderCapacity * 2],
          [regions.payloadChunk, CHUNK_BYTES + CHUNK_SLACK_BYTES],
          [regions.index, SUBMAPS * (SUBMAP_HEADER_WORDS * 4 + regions.submapCapacity * 8)],
          [regions.pages, blockCount * PAGE_BYTES],
          [regions.traffic, blockCount * TRAFFIC_BYTES],
          [regions.activity, blockCount * ACTIVITY_BYTES],
          [regions.hot, blockCount * HOT_BYTES],
          [regions.inboundCells, blockCount * BLOCK_CELL_BYTES],
          [regions.outboundCells, blockCount * BLOCK_CELL_BYTES],
        ];
        let end = 0;
        for (const [offset, bytes] of sizes) {
          expect(offset).toBeGreaterThanOrEqual(end);
          expect(offset % 64).toBe(0);
          end = offset + bytes;
        }
        for (const region of ['pages', 'traffic', 'activity', 'hot'] as const) expect(regions[region] % 4096).toBe(0);
        expect(regions.totalBytes).toBeGreaterThanOrEqual(end);
        expect(regions.totalBytes % 65_536).toBe(0);
        expect(regions.totalBytes).toBeLessThanOrEqual(65_536 * 65_536);
      }),
    ));

  it('have room for a part of the order of all accounts, which grows by powers of two from 64 on, or all of it', () =>
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_048_576 }), (ceiling) => {
        const { senderCapacity, slotCount } = tableRegions(ceiling);
        expect(Math.log2(senderCapacity) % 1).toBe(0);
        expect(senderCapacity).toBeGreaterThanOrEqual(Math.min(8192, Math.max(64, slotCount)));
        expect(senderCapacity).toBeLessThanOrEqual(8192);
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

it.each([
  ['a page', Column, PAGE_WORDS],
  ['a block’s counters', Traffic, TRAFFIC_WORDS],
] as const)('the columns of %s fill it without overlap, whole cache lines', (_, columns, words) => {
  const used = Object.values(columns).flatMap((first) => Array.from({ length: ROWS }, (_, row) => first + row));
  expect(used.toSorted((a, b) => a - b)).toEqual(Array.from({ length: words }, (_, word) => word));
  expect(words % 16).toBe(0);
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
