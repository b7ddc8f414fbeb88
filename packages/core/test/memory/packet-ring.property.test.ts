import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Column, maxPayloadBytes, Traffic } from '../../src/layout/geometry.js';
import type { Block } from '../../src/memory/block.js';
import { HostRings } from '../../src/memory/packet-ring.js';
import type { Packet } from '../../src/memory/packet-view.js';
import { wordsInUse } from '../../src/memory/ring-cursors.js';
import { SessionView } from '../../src/runtime/session-view.js';
import { defineStateClass } from '../../src/runtime/state-view.js';
import { makeServices } from '../runtime/services-fixture.js';
import { bytesOf, makeBlock } from './block-fixture.js';

interface Sent {
  readonly opcode: number;
  readonly bytes: Uint8Array;
}

/** True for the packet that was sent, and for none where none was. */
function isSame(packet: Packet | null, sent: Sent | undefined): boolean {
  if (packet === null || sent === undefined) return packet === null && sent === undefined;
  return packet.opcode === sent.opcode && Buffer.compare(packet.toBytes(), sent.bytes) === 0;
}

/** Rows that are neighbours in both parts, and the last one. */
const ROWS = [0, 1, 2, 63];

function setUp(ringBytes: number) {
  const { block, layout, table } = makeBlock({ ringBytes });
  const State = defineStateClass(layout);
  const session = new SessionView(new State(), makeServices(table));
  session.$attach(block);
  return { block, session, rings: new HostRings(1, ringBytes) };
}

/** Payload lengths: mostly short, some at the edges of the near part, some as long as there is. */
function lengths(most: number) {
  return fc.oneof(
    { weight: 5, arbitrary: fc.integer({ min: 0, max: 40 }) },
    { weight: 3, arbitrary: fc.integer({ min: 0, max: Math.min(most, 300) }) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: most }) },
    { weight: 1, arbitrary: fc.constantFrom(0, 1, 3, 4, 5, 251, 252, 253, 255, 256, most - 1, most) },
  );
}

function operations(most: number) {
  const row = fc.constantFrom(...ROWS);
  const opcode = fc.oneof(fc.constantFrom(0, 1, 0xff, 0xffff), fc.integer({ min: 0, max: 0xffff }));
  return fc.array(
    fc.oneof(
      { weight: 5, arbitrary: fc.record({ kind: fc.constant('write' as const), row, opcode, length: lengths(most), offset: fc.nat(7) }) },
      { weight: 4, arbitrary: fc.record({ kind: fc.constant('read' as const), row, count: fc.integer({ min: 1, max: 6 }) }) },
    ),
    { maxLength: 150 },
  );
}

/** A refused record must not have fitted: with what is queued, its pads and itself it exceeds the ring. */
function expectFull(block: Block, cursor: number, length: number): void {
  const { capacity } = block.rings;
  const cursors = block.page[cursor];
  const need = 1 + Math.ceil(length / 4);
  const position = (cursors & 0xffff) % capacity;
  let pads = 0;
  let at = position;
  while (at + need > (at < 64 ? 64 : capacity)) {
    const end = at < 64 ? 64 : capacity;
    pads += end - at;
    at = end % capacity;
  }
  expect(wordsInUse(cursors) + pads + need).toBeGreaterThan(capacity);
}

describe.each([1024, 2048, 16_384, 131_072])('packet rings of %i bytes against queues', (ringBytes) => {
  const most = maxPayloadBytes(ringBytes);
  const numRuns = ringBytes > 20_000 ? 40 : 120;

  it('carry what the host pushes to the session: each packet whole, once, in order, or refused when there is no room', () =>
    fc.assert(
      fc.property(operations(most), (script) => {
        const { block, session, rings } = setUp(ringBytes);
        const queues = new Map<number, Sent[]>(ROWS.map((row) => [row, []]));
        const source = bytesOf(ringBytes, most + 8);
        let dropped = 0;
        for (const step of script) {
          const queue = queues.get(step.row) as Sent[];
          session.$row = step.row;
          if (step.kind === 'write') {
            const { row, opcode, length, offset } = step;
            if (rings.push(block, row, opcode, source, offset, length))
              queue.push({ opcode, bytes: source.slice(offset, offset + length) });
            else {
              dropped++;
              expectFull(block, Column.inbound + row, length);
            }
          } else {
            for (let i = 0; i < step.count; i++) {
              const packet = session.receive();
              const sent = queue.shift();
              expect(isSame(packet, sent)).toBe(true);
            }
          }
          expect(block.page[Column.inbound + step.row] === 0).toBe(queue.length === 0);
        }
        for (const [row, queue] of queues) {
          session.$row = row;
          for (const sent of queue) expect(isSame(session.receive(), sent)).toBe(true);
          expect(session.receive()).toBeNull();
        }
        expect(ROWS.reduce((sum, row) => sum + block.traffic[Traffic.dropped + row], 0)).toBe(dropped);
      }),
      { numRuns },
    ));

  it('carry what the session sends to the host, however often a handler throws', () =>
    fc.assert(
      fc.property(operations(most), (script) => {
        const { block, session, rings } = setUp(ringBytes);
        const queues = new Map<number, Sent[]>(ROWS.map((row) => [row, []]));
        for (const [i, step] of script.entries()) {
          const queue = queues.get(step.row) as Sent[];
          session.$row = step.row;
          if (step.kind === 'write') {
            const { row, opcode, length } = step;
            const bytes = bytesOf(i, length);
            if (session.send(opcode, bytes)) queue.push({ opcode, bytes });
            else expectFull(block, Column.outbound + row, length);
          } else {
            let left = step.count;
            const drain = (): number =>
              rings.drain(block, step.row, (accountId, packet) => {
                expect(accountId).toBe(1000 + step.row);
                expect(isSame(packet, queue.shift())).toBe(true);
                if (--left === 0) throw new Error('enough');
              });
            if (queue.length >= step.count) expect(drain).toThrow('enough');
            else drain();
          }
          expect(block.page[Column.outbound + step.row] === 0).toBe(queue.length === 0);
        }
        for (const [row, queue] of queues) {
          rings.drain(block, row, (_, packet) => expect(isSame(packet, queue.shift())).toBe(true));
          expect(queue).toEqual([]);
        }
      }),
      { numRuns },
    ));
});

it.each([1024, 4096, 131_072])('a ring of %i bytes that is never empty goes on through many times 65 536 words', (ringBytes) => {
  const { block, session, rings } = setUp(ringBytes);
  const queue: Sent[] = [];
  let words = 0;
  let mistakes = 0;
  for (let i = 0; words < 5 * 65_536; i++) {
    const bytes = bytesOf(i, (i * 37) % Math.min(maxPayloadBytes(ringBytes), 1500));
    if (rings.push(block, 0, i & 0xffff, bytes, 0, bytes.length)) {
      queue.push({ opcode: i & 0xffff, bytes });
      words += 1 + Math.ceil(bytes.length / 4);
    }
    while (queue.length > 2) {
      if (!isSame(session.receive(), queue.shift())) mistakes++;
    }
    if (block.page[Column.inbound] === 0) mistakes++;
  }
  expect(mistakes).toBe(0);
});
