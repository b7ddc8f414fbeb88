import { describe, expect, it } from 'vitest';
import { Column, maxPayloadBytes, Traffic } from '../../src/layout/geometry.js';
import { HostRings } from '../../src/memory/packet-ring.js';
import type { PacketWriter } from '../../src/memory/packet-view.js';
import { SessionView } from '../../src/runtime/session-view.js';
import { defineStateClass } from '../../src/runtime/state-view.js';
import { bytesOf, makeBlock } from '../memory/block-fixture.js';
import { makeServices } from './services-fixture.js';

function setUp(ringBytes = 1024) {
  const { block, layout, table } = makeBlock({ ringBytes });
  const State = defineStateClass(layout);
  const tick = { number: 12, nowMs: 1200, diffMs: 100 };
  const session = new SessionView(new State(), makeServices(table, tick));
  session.$attach(block);
  const rings = new HostRings(1, ringBytes);
  const drained = (row = 0): [number, Uint8Array][] => {
    const packets: [number, Uint8Array][] = [];
    rings.drain(block, row, (_, packet) => packets.push([packet.opcode, packet.toBytes()]));
    return packets;
  };
  return { block, session, drained };
}

describe('a session', () => {
  it('shows the ids of its row as unsigned, and how often it was updated', () => {
    const { block, session } = setUp();
    session.$row = 7;
    block.page[Column.account + 7] = 0xffff_fffe | 0;
    block.page[Column.map + 7] = 0x8000_0000 | 0;
    block.page[Column.group + 7] = 3;
    block.page[Column.updateBias + 7] = 2;
    expect([session.accountId, session.mapId, session.groupId, session.updateCount]).toEqual([0xffff_fffe, 0x8000_0000, 3, 10]);
  });

  it('refuses an opcode that is not 0…65 535, naming it', () => {
    const { session } = setUp();
    for (const opcode of [-1, 65_536, 1.5, Number.NaN]) {
      expect(() => session.send(opcode)).toThrow(
        expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: `opcode must be an integer 0…65535: got ${opcode}` }),
      );
    }
  });

  it('refuses a payload that could never fit and takes the longest that can', () => {
    const { session, drained } = setUp();
    const most = maxPayloadBytes(1024);
    expect(() => session.send(1, new Uint8Array(most + 1))).toThrow(
      expect.objectContaining({ code: 'ERR_PACKET_TOO_LARGE', message: expect.stringContaining(`0…${most}`) }),
    );
    expect(session.send(1, bytesOf(1, most))).toBe(true);
    expect(drained()).toEqual([[1, bytesOf(1, most)]]);
  });

  it('refuses lengths to claim that are no whole numbers of bytes', () => {
    const { session } = setUp();
    for (const bytes of [-1, 2.5, Number.NaN])
      expect(() => session.claim(1, bytes)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
  });

  it('refuses a payload of anything but bytes', () => {
    const { session } = setUp();
    for (const payload of ['abc', [1, 2, 3], new Uint16Array(3), new Int8Array(3), new Float32Array(2)]) {
      expect(() => session.send(1, payload as unknown as Uint8Array)).toThrow(
        expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: expect.stringContaining('a payload must be a Uint8Array') }),
      );
    }
  });

  it('sends a Buffer as it does a Uint8Array', () => {
    const { session, drained } = setUp();
    session.send(1, Buffer.from('bonjour'));
    expect(drained()).toEqual([[1, new Uint8Array(Buffer.from('bonjour'))]]);
  });

  it('counts what its full ring refuses, and claims nothing then', () => {
    const { block, session, drained } = setUp();
    let sent = 0;
    while (session.send(sent, bytesOf(sent, 60))) sent++;
    expect(session.claim(1, 60)).toBeNull();
    expect(block.traffic[Traffic.dropped]).toBe(2);
    expect(drained()).toEqual(Array.from({ length: sent }, (_, i) => [i, bytesOf(i, 60)]));
  });
});

describe('a claimed packet', () => {
  it('arrives as it was written', () => {
    const { session, drained } = setUp();
    const writer = session.claim(9, 11);
    writer?.setU8(0, 1);
    writer?.setU16(1, 0x0203);
    writer?.setU32(3, 0x04050607);
    writer?.setBytes(7, Uint8Array.of(8, 9, 10, 11));
    expect(drained()).toEqual([[9, Uint8Array.of(1, 3, 2, 7, 6, 5, 4, 8, 9, 10, 11)]]);
  });

  it('is padded with zeros also over what was there before, in its cell, near and far', () => {
    const { block, session, drained } = setUp();
    for (const payloadBytes of [5, 60, 400]) {
      session.send(1, new Uint8Array(maxPayloadBytes(1024)).fill(0xff));
      session.send(1, new Uint8Array(200).fill(0xff));
      drained();
      block.cold.i32.fill(-1, block.rings.outboundNear, block.rings.outboundNear + 64);
      block.outboundCells.words.fill(-1);
      const writer = session.claim(1, payloadBytes + 1);
      writer?.setBytes(0, new Uint8Array(payloadBytes + 1));
      expect(writer).not.toBeNull();
      const { words, start } = writer as PacketWriter;
      expect(words[start + Math.ceil((payloadBytes + 1) / 4) - 1]).toBe(0);
      drained();
    }
  });

  it('is withdrawn by a throw of its own row, and by no other’s', () => {
    const { session, drained } = setUp();
    session.send(1, bytesOf(1, 8));
    session.claim(2, 8);
    session.$withdrawClaim(1, 2);
    session.$withdrawClaim(0, 1);
    session.$withdrawClaim(0, 1);
    expect(drained()).toEqual([[1, bytesOf(1, 8)]]);
  });

  it('is withdrawn from the far part too, and the ring goes on as if it had never been', () => {
    const { session, drained } = setUp();
    session.send(1, bytesOf(1, 240));
    session.claim(2, 300);
    session.$withdrawClaim(0, 64);
    session.send(3, bytesOf(3, 8));
    session.send(4, bytesOf(4, 100));
    expect(drained()).toEqual([
      [1, bytesOf(1, 240)],
      [3, bytesOf(3, 8)],
      [4, bytesOf(4, 100)],
    ]);
  });

  it('stays once another packet was sent after it', () => {
    const { session, drained } = setUp();
    session.claim(1, 1)?.setU8(0, 5);
    session.send(2, bytesOf(2, 4));
    session.$withdrawClaim(0, 1);
    expect(drained().map(([opcode]) => opcode)).toEqual([1, 2]);
  });
});

describe('a session that is kept beyond its call', () => {
  it('refuses to receive, send and claim', () => {
    const { session } = setUp();
    session.$park();
    for (const use of [() => session.receive(), () => session.send(1), () => session.send(1, bytesOf(1, 300)), () => session.claim(1, 4)]) {
      expect(use).toThrow(expect.objectContaining({ code: 'ERR_SESSION_PARKED' }));
    }
  });

  it('leaves nothing of the block in reach, so that the block’s memory can go', () => {
    const { block, session } = setUp();
    session.send(1, bytesOf(1, 4));
    const writer = session.claim(1, 4);
    session.$park();
    expect(() => writer?.setU8(0, 1)).toThrow(expect.objectContaining({ code: 'ERR_SESSION_PARKED' }));
    for (const view of [session.$words, session.$packet.words, session.$packet.floats, session.$writer.words, session.$writer.floats]) {
      expect(view.buffer).not.toBe(block.buffer);
    }
  });
});
