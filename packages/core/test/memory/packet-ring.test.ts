import { describe, expect, it } from 'vitest';
import { Column, maxPayloadBytes, Traffic } from '../../src/layout/geometry.js';
import type { Block } from '../../src/memory/block.js';
import { bytesOf } from './block-fixture.js';
import { makeRings as setUp } from './ring-fixture.js';

const RING_BYTES = 1024;
const MOST = maxPayloadBytes(RING_BYTES);

function counters(block: Block, row: number) {
  const { traffic } = block;
  return {
    packetsIn: traffic[Traffic.packetsIn + row],
    bytesIn: traffic[Traffic.bytesIn + row],
    packetsOut: traffic[Traffic.packetsOut + row],
    bytesOut: traffic[Traffic.bytesOut + row],
    dropped: traffic[Traffic.dropped + row],
  };
}

describe('HostRings.push', () => {
  it('delivers opcode and payload to the session, in order, and counts them', () => {
    const { block, push, at } = setUp();
    push(3, 0xb5, bytesOf(1, 10));
    push(3, 0, new Uint8Array(0));
    push(3, 65_535, bytesOf(2, 32));
    const session = at(3);
    for (const [opcode, bytes] of [
      [0xb5, bytesOf(1, 10)],
      [0, new Uint8Array(0)],
      [65_535, bytesOf(2, 32)],
    ] as const) {
      const packet = session.receive();
      expect(packet?.opcode).toBe(opcode);
      expect(packet?.toBytes()).toEqual(bytes);
    }
    expect(session.receive()).toBeNull();
    expect(counters(block, 3)).toEqual({ packetsIn: 3, bytesIn: 42, packetsOut: 0, bytesOut: 0, dropped: 0 });
  });

  it('takes a payload from the middle of a larger array, at any alignment', () => {
    const { rings, block, at } = setUp();
    const source = bytesOf(7, 200);
    for (let start = 0; start < 8; start++) {
      for (let length = 0; length < 12; length++) {
        rings.push(block, 0, 1, source, start, length);
        expect(at(0).receive()?.toBytes()).toEqual(source.slice(start, start + length));
      }
    }
  });

  it('pads the payload with zero bytes to whole words', () => {
    const { push, at } = setUp();
    push(0, 1, new Uint8Array(8).fill(0xff));
    at(0).receive();
    push(0, 1, Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff));
    const packet = at(0).receive();
    expect(packet && [packet.words[packet.start], packet.words[packet.start + 1]]).toEqual([-1, 0xff]);
  });

  it('leaves the ring as it was when it is full, and counts the packet as dropped', () => {
    const { block, push, at } = setUp();
    let accepted = 0;
    while (push(5, accepted, bytesOf(accepted, 20))) accepted++;
    const before = block.cold.i32.slice();
    const cursors = block.page[Column.inbound + 5];
    expect(push(5, 999, bytesOf(999, 20))).toBe(false);
    expect(block.cold.i32).toEqual(before);
    expect(block.page[Column.inbound + 5]).toBe(cursors);
    expect(counters(block, 5)).toMatchObject({ packetsIn: accepted, bytesIn: accepted * 20, dropped: 2 });
    for (let i = 0; i < accepted; i++) expect(at(5).receive()?.toBytes()).toEqual(bytesOf(i, 20));
    expect(at(5).receive()).toBeNull();
    expect(push(5, 1, bytesOf(1, 20))).toBe(true);
  });

  it('takes the longest payload into an empty ring, whatever went through it before', () => {
    const { push, at } = setUp();
    for (let before = 0; before < 70; before++) {
      for (let i = 0; i < before % 9; i++) push(1, i, bytesOf(i, before));
      while (at(1).receive() !== null);
      expect(push(1, 7, bytesOf(before, MOST))).toBe(true);
      expect(at(1).receive()?.toBytes()).toEqual(bytesOf(before, MOST));
    }
  });

  it('touches no ring but the one it is told', () => {
    const { push, at, block } = setUp();
    for (let row = 0; row < 64; row++) while (push(row, row, bytesOf(row, 37)));
    for (let row = 0; row < 64; row++) {
      const { packetsIn } = counters(block, row);
      for (let i = 0; i < packetsIn; i++) {
        const packet = at(row).receive();
        expect(packet?.opcode).toBe(row);
        expect(packet?.toBytes()).toEqual(bytesOf(row, 37));
      }
      expect(at(row).receive()).toBeNull();
    }
  });
});

describe('HostRings.drain', () => {
  it('hands over every packet in order with its account, counts it, and rewinds the ring', () => {
    const { block, rings, at } = setUp();
    const seen: [number, number, Uint8Array][] = [];
    for (let i = 0; i < 12; i++) at(9).send(i, bytesOf(i, i * 5));
    const taken = rings.drain(block, 9, (accountId, packet) => seen.push([accountId, packet.opcode, packet.toBytes()]));
    expect(taken).toBe(12);
    expect(seen).toEqual(Array.from({ length: 12 }, (_, i) => [1009, i, bytesOf(i, i * 5)]));
    expect(block.page[Column.outbound + 9]).toBe(0);
    expect(counters(block, 9)).toMatchObject({ packetsOut: 12, bytesOut: 330 });
    expect(rings.drain(block, 9, () => {})).toBe(0);
  });

  it('counts the packet whose handler throws as taken and keeps the rest', () => {
    const { block, rings, at } = setUp();
    for (let i = 0; i < 5; i++) at(0).send(i, bytesOf(i, 8));
    const seen: number[] = [];
    const failing = () =>
      rings.drain(block, 0, (_, packet) => {
        if (packet.opcode === 2) throw new Error('no');
        seen.push(packet.opcode);
      });
    expect(failing).toThrow('no');
    expect(counters(block, 0)).toMatchObject({ packetsOut: 3, bytesOut: 24 });
    at(0).send(5, bytesOf(5, 8));
    expect(rings.drain(block, 0, (_, packet) => seen.push(packet.opcode))).toBe(3);
    expect(seen).toEqual([0, 1, 3, 4, 5]);
    expect(block.page[Column.outbound]).toBe(0);
  });

  it('rewinds the ring also when the last packet makes the handler throw', () => {
    const { block, rings, at } = setUp();
    at(0).send(1, bytesOf(1, 8));
    expect(() =>
      rings.drain(block, 0, () => {
        throw new Error('no');
      }),
    ).toThrow('no');
    expect(block.page[Column.outbound]).toBe(0);
  });

  it('gives each packet once when the handler drains the same ring', () => {
    const { block, rings, at } = setUp();
    for (let i = 0; i < 4; i++) at(0).send(i, bytesOf(i, 8));
    const seen: number[] = [];
    const taken = rings.drain(block, 0, (_, outer) => {
      const nested = rings.drain(block, 0, (_, inner) => seen.push(inner.opcode));
      expect(nested).toBe(3);
      expect(outer.toBytes()).toEqual(bytesOf(0, 8));
      seen.push(outer.opcode);
    });
    expect(taken).toBe(1);
    expect(seen).toEqual([1, 2, 3, 0]);
    expect(block.page[Column.outbound]).toBe(0);
  });

  it('keeps the packet on view intact when the session sends meanwhile, and hands that packet over too', () => {
    const { block, rings, at } = setUp();
    at(0).send(1, bytesOf(1, 8));
    const seen: [number, Uint8Array][] = [];
    rings.drain(block, 0, (_, packet) => {
      if (packet.opcode === 1) at(0).send(2, bytesOf(2, 8));
      seen.push([packet.opcode, packet.toBytes()]);
    });
    expect(seen).toEqual([
      [1, bytesOf(1, 8)],
      [2, bytesOf(2, 8)],
    ]);
    expect(block.page[Column.outbound]).toBe(0);
  });

  it('stops when the handler has the session released', () => {
    const { block, rings, at } = setUp();
    for (let i = 0; i < 3; i++) at(0).send(i, bytesOf(i, 8));
    const taken = rings.drain(block, 0, () => {
      block.page[Column.outbound] = 0;
    });
    expect(taken).toBe(1);
    expect(block.page[Column.outbound]).toBe(0);
  });

  it('leaves a kept packet empty once the drain is over', () => {
    const { block, rings, at } = setUp();
    at(0).send(1, bytesOf(1, 8));
    let kept: { u8(offset: number): number } | undefined;
    rings.drain(block, 0, (_, packet) => {
      kept = packet;
    });
    expect(() => kept?.u8(0)).toThrow(expect.objectContaining({ code: 'ERR_SESSION_PARKED' }));
  });
});

it('the short way into a ring and the long way leave the same packets', () => {
  const short = setUp();
  const long = setUp();
  for (let i = 0; i < 3; i++) short.push(0, i, bytesOf(i, 21));
  // Where the tail is not at 0, every packet goes the long way.
  long.push(0, 99, new Uint8Array(0));
  long.push(0, 0, bytesOf(0, 21));
  long.at(0).receive();
  for (let i = 1; i < 3; i++) long.push(0, i, bytesOf(i, 21));
  for (let i = 0; i < 3; i++) {
    const [a, b] = [short.at(0).receive(), long.at(0).receive()];
    expect([a?.opcode, b?.opcode]).toEqual([i, i]);
    expect(a?.toBytes()).toEqual(b?.toBytes());
  }
});
