import { describe, expect, it } from 'vitest';
import { Column, maxPayloadBytes, NEAR_WORDS } from '../../src/layout/geometry.js';
import type { Block } from '../../src/memory/block.js';
import { HostRings } from '../../src/memory/packet-ring.js';
import { SessionView } from '../../src/runtime/session-view.js';
import { defineStateClass } from '../../src/runtime/state-view.js';
import { bytesOf, makeBlock } from './block-fixture.js';

const RING_BYTES = 1024;
const MOST = maxPayloadBytes(RING_BYTES);

function setUp(ringBytes = RING_BYTES) {
  const { block, layout } = makeBlock({ ringBytes });
  const State = defineStateClass(layout);
  const session = new SessionView(new State(), { number: 1, nowMs: 0, diffMs: 0 });
  session.$attach(block);
  const rings = new HostRings(4, ringBytes);
  const push = (row: number, opcode: number, bytes: Uint8Array) => rings.push(block, row, opcode, bytes, 0, bytes.length);
  const at = (row: number) => {
    session.$row = row;
    return session;
  };
  return { block, session, rings, push, at };
}

function counters(block: Block, row: number) {
  const { page } = block;
  return {
    packetsIn: page[Column.packetsIn + row],
    bytesIn: page[Column.bytesIn + row],
    packetsOut: page[Column.packetsOut + row],
    bytesOut: page[Column.bytesOut + row],
    dropped: page[Column.dropped + row],
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
    expect(() => kept?.u8(0)).toThrow(expect.objectContaining({ code: 'ERR_PACKET_RANGE' }));
  });
});

describe('HostRings accounts for the memory it has seen written', () => {
  const PAGE = 4096;

  it('counts a page for each sixteen rows while rings stay near', () => {
    const { rings, push } = setUp(16_384);
    expect(rings.touchedBytes(0)).toBe(0);
    push(0, 1, bytesOf(1, 4));
    push(15, 1, bytesOf(1, 4));
    expect(rings.touchedBytes(0)).toBe(PAGE);
    push(16, 1, bytesOf(1, 4));
    expect(rings.touchedBytes(0)).toBe(2 * PAGE);
    expect(rings.touchedBytes(1)).toBe(0);
  });

  it('counts far pages up to the highest position ever written, and keeps counting them after the ring is rewound', () => {
    const { rings, push, at } = setUp(16_384);
    push(0, 1, bytesOf(1, 9000));
    expect(rings.touchedBytes(0)).toBe(PAGE + 3 * PAGE);
    at(0).receive();
    push(0, 1, bytesOf(1, 300));
    expect(rings.touchedBytes(0)).toBe(PAGE + 3 * PAGE);
  });

  it('counts a page that two rows share once', () => {
    const { rings, push } = setUp(1024);
    // Far parts of 768 bytes: rows 0…4 lie in the first page, row 5 reaches into the second.
    for (let row = 0; row < 5; row++) push(row, 1, bytesOf(1, 300));
    expect(rings.touchedBytes(0)).toBe(PAGE + PAGE);
    push(5, 1, bytesOf(1, 300));
    expect(rings.touchedBytes(0)).toBe(PAGE + 2 * PAGE);
  });

  it('learns of what sessions wrote when it drains or surveys', () => {
    const { block, rings, at } = setUp(16_384);
    at(0).send(1, bytesOf(1, 5000));
    expect(rings.touchedBytes(0)).toBe(0);
    rings.survey(block);
    expect(rings.touchedBytes(0)).toBe(PAGE + 2 * PAGE);
    at(40).send(1, bytesOf(1, 4));
    rings.drain(block, 40, () => {});
    expect(rings.touchedBytes(0)).toBe(PAGE + 3 * PAGE);
  });

  it('never counts more than both rings of all rows, however often they went round', () => {
    const { block, rings, push, at } = setUp(131_072);
    for (let row = 0; row < 64; row++) {
      for (let i = 0; i < 5; i++) {
        push(row, 1, bytesOf(i, 60_000));
        at(row).send(1, bytesOf(i, 60_000));
        at(row).receive();
        if (i === 2) rings.drain(block, row, () => {});
      }
    }
    rings.survey(block);
    expect(rings.touchedBytes(0)).toBeLessThanOrEqual(2 * 64 * 131_072);
    expect(rings.touchedBytes(0)).toBeGreaterThan(2 * 64 * 60_000);
  });

  it('forgets a dropped block and no other', () => {
    const { rings, push, block } = setUp(16_384);
    const other = makeBlock({ ringBytes: 16_384, blockIndex: 1 }).block;
    push(0, 1, bytesOf(1, 9000));
    rings.push(other, 0, 1, bytesOf(1, 9000), 0, 9000);
    rings.forget(block.blockIndex);
    expect(rings.touchedBytes(0)).toBe(0);
    expect(rings.touchedBytes(1)).toBe(4 * PAGE);
  });
});

it('the short way into a ring and the long way leave the same bytes', () => {
  const short = setUp();
  const long = setUp();
  // A ring whose tail is not at 0 takes the long way: 0 = head here, as after a packet was taken from the middle.
  for (let i = 0; i < 3; i++) short.push(0, i, bytesOf(i, 21));
  long.push(0, 99, new Uint8Array(0));
  long.push(0, 0, bytesOf(0, 21));
  long.at(0).receive();
  for (let i = 1; i < 3; i++) long.push(0, i, bytesOf(i, 21));
  for (let i = 0; i < 3; i++) {
    const [a, b] = [short.at(0).receive(), long.at(0).receive()];
    expect(a?.opcode).toBe(b?.opcode);
    expect(a?.toBytes()).toEqual(b?.toBytes());
  }
  expect(NEAR_WORDS).toBe(64);
});
