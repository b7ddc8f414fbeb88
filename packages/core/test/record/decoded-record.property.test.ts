import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DormouseError } from '../../src/errors.js';
import { messagePack } from '../../src/message-pack.js';
import { checkRecord, decodeRecord } from '../../src/record/decoded-record.js';
import { RecordWriter } from '../../src/record/record-writer.js';
import { shapeOf } from '../../src/record/shape.js';
import { layoutOf } from '../../src/record/shape-layout.js';
import { BehaviorHost } from '../../src/session/behavior-host.js';
import { anyState, storeValues } from './any-state.js';
import { anyRow, contentOf, fillRow, makeRows, type RowState, SIZES } from './row-fixture.js';

function recordOf(state: RowState, packs: boolean) {
  const rows = makeRows();
  const [block] = rows.blocks;
  fillRow(rows, block, 5, state);
  const into = new Uint8Array(40_000);
  const record = into.slice(0, new RecordWriter(rows.table, packs).write(block, 5, into, 0));
  return { record, content: contentOf(rows, block, 5), layout: block.layout.state, accountId: state.words[0] };
}

describe('decodeRecord', () => {
  it('gives the values that any state had, by the fields that were stored beside it', () => {
    fc.assert(
      fc.property(anyState, fc.boolean(), ({ fields, values }, packs) => {
        const rows = makeRows(fields);
        const [block] = rows.blocks;
        const layout = block.layout.state;
        const behavior = { name: 'any', version: 3, layout };
        new BehaviorHost(behavior as never, 0, SIZES).initialise(block, 9);
        storeValues(block, 9, values);
        const into = new Uint8Array(40_000);
        const record = into.slice(0, new RecordWriter(rows.table, packs).write(block, 9, into, 0));
        const stored = layoutOf(JSON.parse(JSON.stringify(shapeOf(behavior))));
        const decoded = decodeRecord(record, 0, stored, messagePack);
        expect(decoded.fields).toEqual(Object.fromEntries(layout.columns.map(({ name }) => [name, values[name]])));
        expect(Object.keys(decoded.fields)).toEqual(layout.columns.map(({ name }) => name));
      }),
      { numRuns: 300 },
    );
  });

  it('gives what a session has beside its state, and what lies in its rings', () => {
    fc.assert(
      fc.property(anyRow(true), fc.boolean(), (state, packs) => {
        const { record, content, layout, accountId } = recordOf(state, packs);
        const decoded = decodeRecord(record, accountId, layout);
        const timers = [
          ...decoded.periods.map(({ periodMs, dueMs }) => [dueMs, 0, periodMs]),
          ...decoded.timers.map(({ id, dueMs }) => [dueMs, id, 0]),
        ];
        expect(timers).toEqual(content.timers);
        expect(decoded.random ?? [0, 0, 0, 0]).toEqual(content.random);
        expect(decoded.wakeMs ?? Number.POSITIVE_INFINITY).toBe(content.wakeMs);
        expect([decoded.requests.asked | 0, decoded.requests.unanswered]).toEqual(content.requests);
        expect(decoded.lastActivityMs).toBe(content.lastActivityMs);
        expect(decoded.faultCount).toBe(content.faults);
        const { incarnation, mapId, groupId, packetsIn, packetsOut, bytesIn, bytesOut, dropped, updateCount } = decoded;
        const words = [accountId, mapId, groupId, incarnation, packetsIn, packetsOut, bytesIn, bytesOut, dropped];
        expect(words.map((word) => word | 0)).toEqual((content.words as number[]).slice(0, 9));
        expect(updateCount).toBe(Math.abs((content.words as number[])[11]));
        const packets = (content.inbound as string[]).map((text) => Number(text.split(',')[0]));
        expect(decoded.inbound.map(({ opcode, payload }) => opcode | (payload.length << 16))).toEqual(packets);
        expect(decoded.outbound).toHaveLength((content.outbound as unknown[]).length);
        const mail = (content.mailbox as [number, number, string][]).map(([kind, length]) => [kind, length]);
        expect(decoded.mailbox.map(({ kind, payload }) => [kind, payload.length])).toEqual(mail);
        expect(decoded.outbox).toHaveLength((content.outbox as unknown[]).length);
      }),
      { numRuns: 300 },
    );
  });

  it('leaves the bytes of a value that no codec was given for, or that its codec cannot decode', () => {
    const rows = makeRows();
    const [block] = rows.blocks;
    storeValues(block, 0, { bag: { gold: 7 } });
    const into = new Uint8Array(9000);
    const record = into.slice(0, new RecordWriter(rows.table, true).write(block, 0, into, 0));
    const throwing = {
      ...messagePack,
      decode: () => {
        throw new Error('not mine');
      },
    };
    const bytes = messagePack.encode({ gold: 7 });
    expect(decodeRecord(record, 0, block.layout.state).fields.bag).toEqual(new Uint8Array(bytes));
    expect(decodeRecord(record, 0, block.layout.state, throwing).fields.bag).toEqual(new Uint8Array(bytes));
    expect(decodeRecord(record, 0, block.layout.state, messagePack).fields.bag).toEqual({ gold: 7 });
    expect(decodeRecord(record, 0, block.layout.state, messagePack).fields.little).toBeUndefined();
  });

  it('refuses a record of which any byte was changed, and so does checkRecord', () => {
    fc.assert(
      fc.property(anyRow(true), fc.nat(), fc.integer({ min: 1, max: 255 }), (state, at, change) => {
        const { record, layout, accountId } = recordOf(state, true);
        expect(checkRecord(record, accountId).mapId).toBe(state.words[1] >>> 0);
        record[at % record.length] ^= change;
        for (const read of [() => decodeRecord(record, accountId, layout), () => checkRecord(record, accountId)]) {
          expect(errorOf(read).code).toBe('ERR_RECORD_CORRUPT');
        }
      }),
      { numRuns: 300 },
    );
  });
});

function errorOf(act: () => unknown): DormouseError {
  try {
    act();
  } catch (error) {
    if (DormouseError.isInstance(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
