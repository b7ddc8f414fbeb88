import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UnreadableBytes } from '../../src/recording/byte-reader.js';
import { ByteWriter } from '../../src/recording/byte-writer.js';
import { ANSWER_STATUSES, RecordKind } from '../../src/recording/format.js';
import { type InputRecord, RecordReader, type RecordShape } from '../../src/recording/record-reader.js';
import { RecordWriter } from '../../src/recording/record-writer.js';

const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const opcode = fc.integer({ min: 0, max: 0xffff });
const bytes = fc.uint8Array({ maxLength: 300 });
const accountId = fc.integer({ min: 1, max: 0xffff_ffff });
const moments = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff_ffff }));
const shape: RecordShape = { parts: ['x', 'y', '(packets)'], detail: 'session' };

const accounts = fc.uniqueArray(accountId, { maxLength: 20 }).map((ids) => Uint32Array.from(ids.sort((a, b) => a - b)));
const words = (length: number) => fc.array(u32, { minLength: length, maxLength: length }).map((values) => Uint32Array.from(values));

function of<K extends InputRecord['kind']>(kind: K, model: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<InputRecord> {
  return fc.record({ kind: fc.constant(kind), moments, ...model }) as unknown as fc.Arbitrary<InputRecord>;
}

const record: fc.Arbitrary<InputRecord> = fc.oneof(
  of('create', { accountId, behavior: opcode, mapId: u32, groupId: u32, init: fc.option(bytes, { nil: undefined }) }),
  of('release', { accountId }),
  of('failed', { accountId }),
  of('touch', { accountId }),
  of('revive', { accountId }),
  of('hibernate', { accountId }),
  of('noSlot', { accountId }),
  of('wake', { accountId }),
  of('hibernateInactive', {}),
  of('threshold', { count: u32 }),
  of('setMap', { accountId, value: u32 }),
  of('setGroup', { accountId, value: u32 }),
  of('push', { accountId, opcode, payload: bytes, isDelivered: fc.boolean() }),
  of('write', { accountId, field: opcode, start: opcode, value: bytes }),
  of('answer', { accountId, requestId: u32, status: fc.constantFrom(...ANSWER_STATUSES), topic: fc.string(), value: bytes }),
  of('broadcast', {
    target: fc.record({ mapId: u32, groupId: u32, wake: fc.constant(false) }, { requiredKeys: [] }),
    opcode,
    payload: bytes,
  }),
  of('limit', { count: u32 }),
  of('batchSize', { count: u32 }),
  of('drain', {}),
  of('drained', { count: u32, isCut: fc.boolean() }),
  of('share', { name: fc.string({ unit: 'grapheme' }), content: fc.string() }),
  of('tick', { number: fc.maxSafeNat(), diffMs: fc.double({ noNaN: true }) }),
  accounts.chain((ids) =>
    of('ticked', {
      schedulerFailed: fc.boolean(),
      digest: fc.record({ total: fc.bigInt(0n, 2n ** 64n - 1n), parts: words(3), sessions: words(ids.length) }),
      accounts: fc.constant(ids),
    }),
  ),
);

const OF_ACCOUNTS = ['release', 'failed', 'touch', 'revive', 'hibernate', 'wake', 'noSlot'] as const;

function isOfAccount(one: InputRecord): one is Extract<InputRecord, { kind: (typeof OF_ACCOUNTS)[number] }> {
  return (OF_ACCOUNTS as readonly string[]).includes(one.kind);
}

function write(writer: RecordWriter, one: InputRecord): void {
  for (let i = 0; i < Math.min(one.moments, 300); i++) writer.moment();
  if (one.kind === 'create') writer.create(one.accountId, one.behavior, one.mapId, one.groupId, one.init);
  else if (isOfAccount(one)) writer.change(RecordKind[one.kind], one.accountId);
  else if (one.kind === 'hibernateInactive') writer.hibernateInactive();
  else if (one.kind === 'threshold') writer.threshold(one.count);
  else if (one.kind === 'setMap' || one.kind === 'setGroup') writer.change(RecordKind[one.kind], one.accountId, one.value);
  else if (one.kind === 'push') writer.push(one.accountId, one.opcode, one.payload, 0, one.payload.length, one.isDelivered);
  else if (one.kind === 'write') writer.write(one.accountId, one.field, one.start, one.value);
  else if (one.kind === 'answer') writer.answer(one.accountId, one.requestId, one.status, one.topic, one.value);
  else if (one.kind === 'broadcast') writer.broadcast(one.target, one.opcode, one.payload);
  else if (one.kind === 'limit') writer.limit(one.count);
  else if (one.kind === 'batchSize') writer.batchSize(one.count);
  else if (one.kind === 'drain') writer.drain();
  else if (one.kind === 'drained') writer.drained(one.count, one.isCut);
  else if (one.kind === 'share') writer.share(one.name, one.content);
  else if (one.kind === 'tick') writer.tick(one.number, one.diffMs);
  else if (one.kind === 'ticked') writer.ticked(one.schedulerFailed, one.digest, one.accounts);
}

function written(records: readonly InputRecord[]): Uint8Array {
  const bytesWritten = new ByteWriter();
  const writer = new RecordWriter(bytesWritten);
  for (const one of records) write(writer, one);
  return bytesWritten.written;
}

const atMost300 = (one: InputRecord): InputRecord => ({ ...one, moments: Math.min(one.moments, 300) });

describe('records', () => {
  it('are read as they were written, whatever stands in them and whatever chunks they come in', () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 30 }), fc.nat(30), (records, cut) => {
        const bytesWritten = new ByteWriter();
        const writer = new RecordWriter(bytesWritten);
        const reader = new RecordReader(shape);
        const read: InputRecord[] = [];
        for (const part of [records.slice(0, cut), records.slice(cut)]) {
          bytesWritten.clear();
          for (const one of part) write(writer, one);
          read.push(...reader.records(bytesWritten.written.slice()));
        }
        expect(read).toEqual(records.map(atMost300));
      }),
      { numRuns: 500 },
    );
  });

  it('are read whole or not at all: no beginning of a record, and no other byte in it, reads beyond its chunk', () => {
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 5 }), fc.nat(), fc.nat(255), (records, at, value) => {
        const bytesWritten = written(records);
        const broken = bytesWritten.slice(0, 1 + (at % bytesWritten.length));
        broken[at % broken.length] = value;
        try {
          for (const one of new RecordReader(shape).records(broken)) expect(typeof one.kind).toBe('string');
        } catch (error) {
          expect(error).toBeInstanceOf(UnreadableBytes);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('cost a packet to the next account four bytes and its payload', () => {
    const bytesWritten = new ByteWriter();
    const writer = new RecordWriter(bytesWritten);
    writer.push(100_000, 7, new Uint8Array(16), 0, 16, true);
    const before = bytesWritten.length;
    writer.push(100_001, 7, new Uint8Array(16), 0, 16, true);
    expect(bytesWritten.length - before).toBe(4 + 16);
  });
});
