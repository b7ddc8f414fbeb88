import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layOutBlock } from '../../src/layout/block-layout.js';
import { f32, u8 } from '../../src/layout/field.js';
import { MAX_TIMERS, NEAR_WORDS, ROWS, TIMER_WORDS } from '../../src/layout/geometry.js';
import { layOut } from '../../src/layout/state-layout.js';

const ringBytes = fc.constantFrom(1024, 4096, 16_384, 131_072);
const state = fc.integer({ min: 0, max: 300 }).map((length) => layOut(length === 0 ? {} : { a: u8({ length }), b: f32() }));

describe('layOutBlock', () => {
  it('gives every part room of its own, in whole pages altogether', () =>
    fc.assert(
      fc.property(state, ringBytes, ringBytes, ringBytes, (layout, packets, mailbox, outbox) => {
        const { rings, services, snapshot, stateFar, bufferBytes } = layOutBlock(layout, {
          ringBytes: packets,
          mailboxBytes: mailbox,
          outboxBytes: outbox,
        });
        const near = ROWS * NEAR_WORDS;
        const far = (bytes: number): number => ROWS * (bytes / 4 - NEAR_WORDS);
        const { timers } = services;
        const parts: [start: number, words: number][] = [
          [0, layout.coldBytes / 4],
          [snapshot / 4, layout.publishedBytes / 4],
          [rings.inboundNear, near],
          [rings.outboundNear, near],
          [rings.inboundFar, far(packets)],
          [rings.outboundFar, far(packets)],
          [services.mailbox.near, near],
          [services.mailbox.far, far(mailbox)],
          [services.outbox.near, near],
          [services.outbox.far, far(outbox)],
          [services.mailbox.cursors, ROWS],
          [services.outbox.cursors, ROWS],
          [services.asked, ROWS],
          [services.unanswered, ROWS],
          [services.random, ROWS * 4],
          [timers.counts, ROWS],
          [timers.highs, ROWS],
          [timers.dues, ROWS * 2],
          [timers.wakes, ROWS * 2],
          [timers.list, ROWS * MAX_TIMERS * TIMER_WORDS],
          [stateFar / 4, layout.farBytes / 4],
        ];
        let end = 0;
        for (const [start, words] of parts.sort(([a, m], [b, n]) => a - b || m - n)) {
          expect(start).toBeGreaterThanOrEqual(end);
          end = start + words;
        }
        expect(bufferBytes).toBeGreaterThanOrEqual(end * 4);
        expect(bufferBytes % 4096).toBe(0);
        expect([timers.dues % 2, timers.wakes % 2, timers.list % 2]).toEqual([0, 0, 0]);
      }),
    ));

  it('begins what is seldom touched on pages of its own', () => {
    const { rings, services, stateFar } = layOutBlock(layOut({ a: f32() }), { ringBytes: 4096, mailboxBytes: 4096, outboxBytes: 1024 });
    const starts = [rings.inboundFar, rings.outboundFar, services.mailbox.cursors, services.mailbox.far, services.outbox.far];
    for (const start of [...starts, services.timers.list, stateFar / 4]) expect(start % 1024).toBe(0);
  });
});
