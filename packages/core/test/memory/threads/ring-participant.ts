import { parentPort, workerData } from 'node:worker_threads';
import { layOutBlock } from '../../../src/layout/block-layout.js';
import { maxPayloadBytes } from '../../../src/layout/geometry.js';
import { layOut } from '../../../src/layout/state-layout.js';
import { Block } from '../../../src/memory/block.js';
import { SessionTable, type TableAttachment } from '../../../src/memory/session-table.js';
import { SessionView } from '../../../src/runtime/session-view.js';
import { defineStateClass } from '../../../src/runtime/state-view.js';
import { makeServices } from '../../runtime/services-fixture.js';
import * as traffic from './ring-traffic.js';

const { attachment, buffer, control, ringBytes, participant, seed } = workerData as {
  attachment: TableAttachment;
  buffer: SharedArrayBuffer;
  control: SharedArrayBuffer;
  ringBytes: number;
  participant: number;
  seed: number;
};
const words = new Int32Array(control, 0, traffic.SHARED_WORDS);
const layout = layOut({});
const table = SessionTable.attach(attachment);
const block = new Block(table, 0, 0, layOutBlock(layout, { ringBytes, mailboxBytes: 1024, outboxBytes: 1024 }), buffer);
const State = defineStateClass(layout);
const session = new SessionView(new State(), makeServices(table));
const random = traffic.randomOf(seed);
const expected = new Uint8Array(maxPayloadBytes(ringBytes));

function receive(row: number): void {
  // All of them, most of the time; else some stay for the other participant.
  for (let left = random() % 4 === 0 ? random() % 3 : Number.POSITIVE_INFINITY; left > 0; left--) {
    const packet = session.receive();
    if (packet === null) return;
    const sequence = words[traffic.RECEIVED + row]++;
    const length = traffic.payloadOf(expected, row, 0, sequence);
    if (packet.opcode !== (sequence & 0xffff)) throw new Error(`row ${row}: packet ${sequence} has opcode ${packet.opcode}`);
    if (packet.length !== length) throw new Error(`row ${row}: packet ${sequence} has ${packet.length} bytes, not ${length}`);
    for (let i = 0; i < length; i++) {
      if (packet.u8(i) !== expected[i]) throw new Error(`row ${row}: packet ${sequence} is torn at byte ${i}`);
    }
  }
}

function send(row: number): void {
  for (let left = random() % 5; left > 0; left--) {
    const sequence = words[traffic.SENT + row];
    const length = traffic.payloadOf(expected, row, 1, sequence);
    if (!session.send(sequence & 0xffff, expected.subarray(0, length))) return;
    words[traffic.SENT + row]++;
  }
}

function runTick(tick: number): void {
  session.$attach(block);
  for (let row = 0; row < 64; row++) {
    if (traffic.participantOf(row, tick) !== participant) continue;
    session.$row = row;
    receive(row);
    send(row);
  }
  session.$park();
}

try {
  for (let tick = 0; ; ) {
    Atomics.wait(words, traffic.Control.tick, tick);
    tick = Atomics.load(words, traffic.Control.tick);
    if (tick === traffic.STOP) break;
    runTick(tick);
    // Publishes every plain store of this tick; pairs with the host's load of `done`.
    Atomics.add(words, traffic.Control.done, 1);
    Atomics.notify(words, traffic.Control.done);
  }
  parentPort?.postMessage('done');
} catch (error) {
  Atomics.store(words, traffic.Control.failed, 1);
  Atomics.add(words, traffic.Control.done, 1_000_000);
  Atomics.notify(words, traffic.Control.done);
  throw error;
}
