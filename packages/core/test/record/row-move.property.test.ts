import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Column } from '../../src/layout/geometry.js';
import type { SessionTable } from '../../src/memory/session-table.js';
import { moveRow } from '../../src/record/row-move.js';
import { StateDigest } from '../../src/session/state-digest.js';
import { collectGarbage } from '../../src/thread/collect-garbage.js';
import { makeStore } from '../session/store-fixture.js';
import { ALL_FIELDS, anyRow, contentOf, fillRow, makeRows } from './row-fixture.js';

const ROW = fc.constantFrom(0, 1, 37, 63);

describe('moveRow', () => {
  it('makes any row what another was, and leaves that and all neighbours as they were', () => {
    fc.assert(
      fc.property(anyRow(true), anyRow(true), ROW, ROW, (state, other, from, to) => {
        const rows = makeRows();
        const { table, blocks } = rows;
        fillRow(rows, blocks[0], from, state);
        fillRow(rows, blocks[1], to, other);
        const before = contentOf(rows, blocks[0], from);
        moveRow(table, blocks[0], from, blocks[1], to);
        expect(contentOf(rows, blocks[1], to)).toEqual(before);
        expect(contentOf(rows, blocks[0], from)).toEqual(before);
        const neighbour = to === 63 ? 62 : to + 1;
        const untouched = makeRows();
        expect(contentOf(rows, blocks[1], neighbour)).toEqual(contentOf(untouched, untouched.blocks[1], neighbour));
        // Whoever collects what sessions have sent must come by.
        if (blocks[1].page[Column.outbound + to] !== 0) expect(table.outboundFlags[1]).toBe(1);
        if (blocks[1].cold.i32[blocks[1].services.outbox.cursors + to] !== 0) expect(table.outboxFlags[1]).toBe(1);
      }),
      { numRuns: 150 },
    );
  });

  it('leaves the digest of a session as it was', () => {
    fc.assert(
      fc.property(anyRow(true), anyRow(true), (state, other) => {
        const { store, create, hosts } = makeStore(ALL_FIELDS);
        const slots = Array.from({ length: 70 }, (_, index) => create(1 + index));
        const rows = { table: store.table, blocks: [], columns: hosts[0].layout.columns };
        fillRow(rows, store.block(slots[3]), 3, state);
        fillRow(rows, store.block(slots[66]), 2, other);
        const digest = new StateDigest(store);
        digest.take();
        const before = [digest.slotHigh(slots[3]), digest.slotLow(slots[3])];
        moveRow(store.table, store.block(slots[3]), 3, store.block(slots[66]), 2);
        digest.take();
        expect([digest.slotHigh(slots[66]), digest.slotLow(slots[66])]).toEqual(before);
        expect([digest.slotHigh(slots[3]), digest.slotLow(slots[3])]).toEqual(before);
      }),
      { numRuns: 25 },
    );
  });

  it('keeps nothing of the table that rows were moved in', async () => {
    const used = (): WeakRef<SessionTable> => {
      const { table, blocks } = makeRows();
      moveRow(table, blocks[0], 0, blocks[1], 1);
      return new WeakRef(table);
    };
    const table = used();
    // A reference keeps its object for the rest of the job that has made it.
    await new Promise(setImmediate);
    await collectGarbage();
    expect(table.deref() === undefined).toBe(true);
  });
});
