import { describe, expect, it } from 'vitest';
import { CELL_TAKEN, Column, IN_CELL, MAX_RING_BYTES, MOST_CELL_PAYLOAD, PACKET_WORDS, Traffic } from '../../src/layout/geometry.js';
import { InboundRun } from '../../src/memory/inbound-run.js';
import type { OutboundRun } from '../../src/memory/outbound-run.js';
import { wordsInUse } from '../../src/memory/ring-cursors.js';
import { bytesOf } from './block-fixture.js';
import { makeSide, type Side } from './packet-side.js';

const PAGE = 4096;

/** Pushes a packet of `length` bytes to each of these rows, as one batch. */
function pushBatch({ table, block, rings, kernels }: Side, rows: readonly number[], length: number): void {
  const run = new InboundRun(table, true);
  run.begin(rows.length, 7, bytesOf(1, rows.length * length), length, 5);
  for (const [i, row] of rows.entries()) run.packets.set([block.firstSlot + row, 500 + row], i * PACKET_WORDS);
  const bytes = bytesOf(1, rows.length * length);
  while (run.next < rows.length) {
    const { next } = run;
    rings.pushCells(run, kernels);
    if (run.next === next) rings.pushRun(block, run, kernels);
    if (run.next !== next) continue;
    rings.push(block, rows[next], 7, bytes, run.start, length);
    run.skip(1);
  }
}

/** What a session finds in its ring, packet by packet. */
function received({ session }: Side, row: number): [number, Uint8Array][] {
  session.$row = row;
  const packets: [number, Uint8Array][] = [];
  for (let packet = session.receive(); packet !== null; packet = session.receive()) packets.push([packet.opcode, packet.toBytes()]);
  return packets;
}

function runOf({ table, block }: Side, rows: readonly number[]): OutboundRun {
  return {
    slots: Int32Array.from(rows, (row) => block.firstSlot + row),
    accounts: Uint32Array.from(rows, (row) => 1000 + row),
    count: rows.length,
    blocks: [undefined, undefined, block],
    table,
    nowMs: 9,
    next: 0,
  };
}

describe('a ring’s cell', () => {
  const inbound = ({ block }: Side, row: number): number => block.page[Column.inbound + row];
  const outbound = ({ block }: Side, row: number): number => block.page[Column.outbound + row];

  it('has cursors that no ring has with records in its parts, however large it is', () => {
    expect(wordsInUse(IN_CELL)).toBeGreaterThan(MAX_RING_BYTES / 4);
    expect(wordsInUse(CELL_TAKEN)).toBe(0);
  });

  it('takes a batch’s packet for a ring that is empty, if it is no longer than 44 bytes', () => {
    const side = makeSide();
    pushBatch(side, [3], MOST_CELL_PAYLOAD);
    pushBatch(side, [4], MOST_CELL_PAYLOAD + 1);
    expect([inbound(side, 3), inbound(side, 4)]).toEqual([IN_CELL, 13]);
    expect(received(side, 3)).toEqual([[7, bytesOf(1, 44)]]);
    expect(received(side, 4)).toEqual([[7, bytesOf(1, 45)]]);
    expect([inbound(side, 3), inbound(side, 4)]).toEqual([0, 0]);
  });

  it('is left for the ring when another packet comes, and the order stays', () => {
    const side = makeSide();
    pushBatch(side, [3], 13);
    side.rings.push(side.block, 3, 8, bytesOf(2, 20), 0, 20);
    pushBatch(side, [3], 9);
    expect(inbound(side, 3)).toBe(5 + 6 + 4);
    expect(received(side, 3)).toEqual([
      [7, bytesOf(1, 13)],
      [8, bytesOf(2, 20)],
      [7, bytesOf(1, 9)],
    ]);
  });

  it.each([20, 300])(
    'is left when a session sends a second packet, of %i bytes; where more than eight do, those behind them begin without',
    (length) => {
      const side = makeSide();
      const { session, rings, block } = side;
      const sendTwo = (row: number): void => {
        session.$row = row;
        session.send(1, bytesOf(1, 13));
        session.send(2, bytesOf(2, length));
      };
      const sendOne = (row: number): number => {
        session.$row = row;
        session.send(3);
        return outbound(side, row);
      };
      for (let row = 0; row < 8; row++) sendTwo(row);
      expect(sendOne(8)).toBe(IN_CELL);
      sendTwo(9);
      expect(sendOne(10)).not.toBe(IN_CELL);
      session.$attach(block);
      expect(sendOne(11)).toBe(IN_CELL);
      for (let row = 0; row < 12; row++) {
        const sent: unknown[] = [];
        rings.drain(block, row, (_, packet) => sent.push([packet.opcode, packet.toBytes()]) && undefined);
        const two = [
          [1, bytesOf(1, 13)],
          [2, bytesOf(2, length)],
        ];
        expect(sent).toEqual(row < 8 || row === 9 ? two : [[3, bytesOf(0, 0)]]);
      }
    },
  );

  it('is not left by a packet that finds no room, or that is refused', () => {
    const side = makeSide();
    side.session.$row = 3;
    side.session.send(1, bytesOf(1, 13));
    expect(() => side.session.claim(70_000, 4)).toThrow('opcode');
    expect(() => side.session.send(1, 'text' as unknown as Uint8Array)).toThrow('Uint8Array');
    const sent: unknown[] = [];
    side.rings.drain(side.block, 3, (_, packet) => sent.push(packet.toBytes()) && undefined);
    expect(sent).toEqual([bytesOf(1, 13)]);
  });

  it('is empty again when the session’s update throws behind its claim', () => {
    const side = makeSide();
    side.session.$row = 3;
    side.session.claim(1, 8);
    expect(outbound(side, 3)).toBe(IN_CELL);
    side.session.$withdrawClaim(3, 4);
    expect(outbound(side, 3)).toBe(0);
  });

  it('has its packet discarded as one', () => {
    const side = makeSide();
    side.session.$row = 3;
    side.session.send(1, bytesOf(1, 13));
    expect(side.rings.discard(side.block, 3)).toBe(1);
    expect(outbound(side, 3)).toBe(0);
  });

  it('keeps the packet on view while the handler has its own session send more, which follows', () => {
    for (const byRuns of [true, false]) {
      const side = makeSide();
      const { session, rings, block } = side;
      session.$row = 3;
      session.send(1, bytesOf(1, 13));
      const seen: unknown[] = [];
      const handler = (account: number, packet: { opcode: number; toBytes(): Uint8Array }): void => {
        if (seen.length < 2) {
          session.$row = 3;
          session.send(2, bytesOf(2, 13));
        }
        seen.push([account, packet.opcode, packet.toBytes()]);
      };
      if (byRuns) rings.drainCells(runOf(side, [3]), handler);
      rings.drain(block, 3, handler);
      expect(seen).toEqual([
        [1003, 1, bytesOf(1, 13)],
        [1003, 2, bytesOf(2, 13)],
        [1003, 2, bytesOf(2, 13)],
      ]);
      expect([outbound(side, 3), block.traffic[Traffic.packetsOut + 3], block.traffic[Traffic.bytesOut + 3]]).toEqual([0, 3, 39]);
    }
  });

  it('is memory of the table, not of the block: all cells one way count once any was used', () => {
    const side = makeSide();
    const { rings, block, session } = side;
    const ofTwo = Math.ceil((2 * 64 * 48) / PAGE) * PAGE;
    pushBatch(side, [1], 45);
    expect(rings.cellBytes(2)).toBe(0);
    const before = rings.touchedBytes(2);
    pushBatch(side, [40], 44);
    expect([rings.cellBytes(2), rings.touchedBytes(2)]).toEqual([ofTwo, before]);
    session.$row = 3;
    session.send(1);
    rings.survey(block, 0, 3);
    expect(rings.cellBytes(2)).toBe(ofTwo);
    rings.survey(block);
    expect([rings.cellBytes(2), rings.touchedBytes(2)]).toEqual([2 * ofTwo, before]);
  });

  it('is not used by batches that mostly have several packets for a session, until 65 536 packets went without', () => {
    const side = makeSide();
    const twice = Array.from({ length: 128 }, (_, i) => i >> 1);
    const empty = (): void => {
      for (let row = 0; row < 64; row++) received(side, row);
    };
    pushBatch(side, twice, 8);
    empty();
    pushBatch(side, [3], 8);
    expect(inbound(side, 3)).not.toBe(IN_CELL);
    empty();
    for (let packets = 0; packets < 65_536; packets += 64) {
      pushBatch(side, twice.slice(0, 64), 8);
      empty();
    }
    pushBatch(side, [3], 8);
    expect(inbound(side, 3)).toBe(IN_CELL);
  });
});
