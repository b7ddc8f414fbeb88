import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Column, maxPayloadBytes, Traffic } from '../../src/layout/geometry.js';
import { HostRings } from '../../src/memory/packet-ring.js';
import { makeBlock } from './block-fixture.js';
import { bundleWorker, type WorkerBundle } from './threads/bundle.js';
import * as traffic from './threads/ring-traffic.js';

let bundle: WorkerBundle;
beforeAll(async () => {
  bundle = await bundleWorker('ring-participant');
}, 30_000);
afterAll(() => bundle.remove());

class Host {
  readonly pushed = new Int32Array(64);
  readonly drained = new Int32Array(64);
  refused = 0;
  readonly mistakes: string[] = [];
  readonly #block;
  readonly #rings: HostRings;
  readonly #random;
  readonly #payload: Uint8Array;

  constructor(block: ReturnType<typeof makeBlock>['block'], ringBytes: number, seed: number) {
    this.#block = block;
    this.#rings = new HostRings(1, ringBytes);
    this.#random = traffic.randomOf(seed);
    this.#payload = new Uint8Array(maxPayloadBytes(ringBytes));
  }

  push(row: number): void {
    for (let left = this.#random() % 5; left > 0; left--) {
      const length = traffic.payloadOf(this.#payload, row, 0, this.pushed[row]);
      if (!this.#rings.push(this.#block, row, this.pushed[row] & 0xffff, this.#payload, 0, length)) {
        this.refused++;
        return;
      }
      this.pushed[row]++;
    }
  }

  /** Takes what there is; now and then a handler throws in the middle, and the rest stays for the next tick. */
  drain(row: number, mayThrow = this.#random() % 8 === 0): void {
    let left = mayThrow ? 1 + (this.#random() % 3) : Number.POSITIVE_INFINITY;
    try {
      this.#rings.drain(this.#block, row, (_, packet) => {
        const sequence = this.drained[row]++;
        const length = traffic.payloadOf(this.#payload, row, 1, sequence);
        if (packet.opcode !== (sequence & 0xffff) || packet.length !== length) {
          this.mistakes.push(`row ${row}: packet ${sequence} came as ${packet.opcode} with ${packet.length} bytes, not ${length}`);
        }
        for (let i = 0; i < length && i < packet.length; i++) {
          if (packet.u8(i) !== this.#payload[i]) this.mistakes.push(`row ${row}: packet ${sequence} is torn at byte ${i}`);
        }
        if (--left === 0) throw new Error('enough');
      });
    } catch (error) {
      if ((error as Error).message !== 'enough') throw error;
    }
  }
}

describe('packet rings handed over between the host and two participants', () => {
  it.each([
    [1024, 1],
    [4096, 2],
  ])(
    'lose nothing, repeat nothing, tear nothing and keep the order (rings of %i bytes, seed %i)',
    async (ringBytes, seed) => {
      const { table, block } = makeBlock({ ringBytes });
      const control = new SharedArrayBuffer(traffic.SHARED_WORDS * 4);
      const words = new Int32Array(control, 0, traffic.SHARED_WORDS);
      const threads = Array.from({ length: traffic.PARTICIPANTS }, (_, participant) =>
        bundle.start<string>({
          attachment: table.attachment,
          buffer: block.buffer,
          control,
          ringBytes,
          participant,
          seed: seed * 100 + participant,
        }),
      );
      const host = new Host(block, ringBytes, seed);
      try {
        for (let tick = 1; tick <= traffic.TICKS && host.mistakes.length === 0; tick++) {
          for (let row = 0; row < 64; row++) host.push(row);
          // Publishes every plain store above; pairs with the participants' load of `tick`.
          Atomics.store(words, traffic.Control.tick, tick);
          Atomics.notify(words, traffic.Control.tick);
          const all = tick * traffic.PARTICIPANTS;
          for (let done = Atomics.load(words, traffic.Control.done); done < all; done = Atomics.load(words, traffic.Control.done)) {
            if (Atomics.wait(words, traffic.Control.done, done, 20_000) === 'timed-out') throw new Error(`tick ${tick} did not end`);
          }
          if (Atomics.load(words, traffic.Control.failed) !== 0) break;
          for (let row = 0; row < 64; row++) host.drain(row);
        }
      } finally {
        Atomics.store(words, traffic.Control.tick, traffic.STOP);
        Atomics.notify(words, traffic.Control.tick);
      }
      await Promise.all(threads.map(({ finished }) => finished));
      for (let row = 0; row < 64; row++) host.drain(row, false);
      expect(host.mistakes).toEqual([]);
      const { page } = block;
      for (let row = 0; row < 64; row++) {
        expect(host.drained[row]).toBe(words[traffic.SENT + row]);
        expect(block.traffic[Traffic.packetsOut + row]).toBe(host.drained[row]);
        expect(block.traffic[Traffic.packetsIn + row]).toBe(host.pushed[row]);
        // What was pushed was received, but for what is still queued.
        expect(words[traffic.RECEIVED + row] === host.pushed[row]).toBe(page[Column.inbound + row] === 0);
        expect(host.pushed[row]).toBeGreaterThan(traffic.TICKS / 2);
      }
      expect(host.refused).toBeGreaterThan(0);
    },
    60_000,
  );
});
