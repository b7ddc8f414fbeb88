import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { i32, text, u8, u16 } from '../../src/layout/field.js';
import { Column, Traffic } from '../../src/layout/geometry.js';
import { setWakeTime } from '../../src/memory/timer-list.js';
import { RecordReader } from '../../src/record/record-reader.js';
import { RecordWriter } from '../../src/record/record-writer.js';
import { makeRows } from './row-fixture.js';

/** A session as most are that sleep: seldom faulty, in no group, with a state full of values. */
function makeSleeper() {
  const rows = makeRows({ health: i32(), level: u16({ length: 2 }), mood: u8(), name: text(20) });
  const [block] = rows.blocks;
  const { page } = block;
  page[Column.account] = 0x0102_0304;
  page[Column.map] = 7;
  page[Column.incarnation] = 300;
  page[Column.updateBias] = -1000;
  rows.table.doubles[block.firstActivity] = 5000;
  const put = (name: string, values: readonly number[]): void => {
    const column = rows.columns.find((each) => each.name === name);
    if (column === undefined) throw new Error(name);
    for (const [index, value] of values.entries()) block.cold[column.element][column.offset + index] = value as never;
  };
  put('health', [-2]);
  put('level', [0x1122, 0x3344]);
  put('mood', [9]);
  return { ...rows, block };
}

function recordOf({ table, block }: ReturnType<typeof makeSleeper>, packs = true): Uint8Array {
  const into = new Uint8Array(1000);
  return into.slice(0, new RecordWriter(table, packs).write(block, 0, into, 0));
}

/** The same record with its checksum put right, as whoever makes one up would. */
function resigned(record: Uint8Array): Uint8Array {
  const view = new DataView(record.buffer, record.byteOffset, record.length);
  view.setUint32(8, 0, true);
  view.setUint32(8, crc32(record), true);
  return record;
}

describe('the format of records', () => {
  it('is version 1, byte for byte', () => {
    const hex = Buffer.from(recordOf(makeSleeper())).toString('hex');
    expect(hex.match(/../g)?.join(' ')).toBe(
      [
        // Version, behaviour, sections, account, checksum, bytes that follow.
        '01 00 00 00 04 03 02 01 c7 6e 05 8c 11',
        // Map, incarnation, updates, last activity plus 1.
        '07 ac 02 e8 07 89 27',
        // Length of the fields; words, then what is smaller.
        '09 fe ff ff ff 22 11 44 33 09',
      ].join(' '),
    );
  });

  it('has a CRC-32 that others compute alike', () => {
    const bytes = recordOf(makeSleeper());
    const stored = new DataView(bytes.buffer, 0, bytes.length).getUint32(8, true);
    bytes.fill(0, 8, 12);
    let crc = 0xffff_ffff;
    for (const byte of bytes) {
      crc ^= byte;
      for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb8_8320 : 0);
    }
    expect(stored).toBe(~crc >>> 0);
  });

  it('packs the zeros of fields where that is shorter, unless it is told not to', () => {
    const sleeper = makeSleeper();
    sleeper.block.cold.i32[0] = 0;
    const packed = Buffer.from(recordOf(sleeper));
    expect(packed.subarray(2, 4).toString('hex')).toBe('0040');
    // A tag and the four bytes of eight that are not 0; a tag and the ninth.
    expect(packed.subarray(20).toString('hex')).toBe('07f0221144330109');
    const plain = Buffer.from(recordOf(sleeper, false));
    expect(plain.subarray(2, 4).toString('hex')).toBe('0000');
    expect(plain.subarray(20).toString('hex')).toBe('09000000002211443309');
    expect(recordOf(makeSleeper())).toEqual(recordOf(makeSleeper(), false));
  });

  it('leaves out zeros at the end of the fields', () => {
    const sleeper = makeSleeper();
    const whole = recordOf(sleeper);
    for (const column of sleeper.columns) if (column.name !== 'health') sleeper.block.cold.u8.fill(0, 4 * 64, 4 * 64 + 1000);
    expect(recordOf(sleeper)).toHaveLength(whole.length - 5);
  });
});

describe('RecordWriter', () => {
  it('says −1, and how much room is needed, where a record does not fit, and writes nothing', () => {
    const sleeper = makeSleeper();
    const writer = new RecordWriter(sleeper.table, true);
    const into = new Uint8Array(40);
    expect(writer.write(sleeper.block, 0, into, 11)).toBe(-1);
    expect(into).toEqual(new Uint8Array(40));
    expect(writer.length).toBe(30);
    expect(writer.write(sleeper.block, 0, into, 10)).toBe(30);
  });

  it('writes the number of the shape that its behaviour has, and a reader that knows it takes that record alone', () => {
    const { table, blocks } = makeSleeper();
    const shapes = Uint8Array.of(77);
    const into = new Uint8Array(200);
    const record = into.subarray(0, new RecordWriter(table, true, shapes).write(blocks[0], 0, into, 0));
    expect(record[1]).toBe(77);
    new RecordReader(table, shapes).read(record, 0x0102_0304, blocks[1], 3);
    expect(blocks[1].page[Column.account + 3]).toBe(0x0102_0304);
    expect(() => new RecordReader(table).read(record, 0x0102_0304, blocks[1], 3)).toThrow(/it is of shape number 77: not of 0/);
  });

  it('finds state of any size', () => {
    const rows = makeRows({ much: i32({ length: 16_384 }), more: u8({ length: 16_384 }) });
    const words = rows.blocks[0].cold.i32;
    words.fill(0x0101_0101, 0, 64 * 20_480);
    const into = new Uint8Array(100_000);
    const length = new RecordWriter(rows.table, true).write(rows.blocks[0], 63, into, 0);
    expect(length).toBeGreaterThan(81_920);
    new RecordReader(rows.table).read(into.subarray(0, length), 0, rows.blocks[1], 1);
    expect(rows.blocks[1].cold.i32[2 * 16_384 - 1]).toBe(0x0101_0101);
    expect(rows.blocks[1].cold.i32[2 * 16_384]).toBe(0);
  });
});

describe('RecordReader', () => {
  it.each([
    ['another account', 5, /^the record of account 5 is corrupt: it is of account 16909060$/],
    ['a behaviour that the block is not of', 0x0102_0304, /it is of shape number 0: not of 1/],
  ])('refuses a record of %s', (what, accountId, message) => {
    const sleeper = makeSleeper();
    const bytes = recordOf(sleeper);
    const block = what === 'another account' ? sleeper.blocks[1] : Object.assign(Object.create(sleeper.blocks[1]), { behaviorIndex: 1 });
    expect(() => new RecordReader(sleeper.table).read(bytes, accountId, block, 0)).toThrow(message);
  });

  it('refuses a record with other fields, whole as it is', () => {
    const { table } = makeSleeper();
    const bytes = recordOf(makeSleeper());
    const larger = makeRows({ health: i32(), level: u16({ length: 2 }), mood: u8(), next: i32({ length: 3 }) });
    const smaller = makeRows({ health: i32() });
    const reader = new RecordReader(table);
    expect(() => reader.read(bytes, 0x0102_0304, smaller.blocks[0], 0)).toThrow('bytes of fields must be at most 4: got 9');
    // Fewer bytes of fields than there might be are zeros left out: what fields there are is for whoever stores records to know.
    expect(() => reader.read(bytes, 0x0102_0304, larger.blocks[0], 0)).not.toThrow();
  });

  it.each([
    ['a tag and no bytes', '01', 'its 1 bytes of fields, packed, are not those of 9'],
    ['a tag of more bytes than there are', 'ff0102030405', 'its 6 bytes of fields, packed, are not those of 9'],
    ['a byte beyond the last field', '01010202', 'its 4 bytes of fields, packed, are not those of 9'],
    ['a tag beyond the last field', '010101010101', 'its 6 bytes of fields, packed, are not those of 9'],
    ['zeros beyond the last field', '0005', 'its 2 bytes of fields, packed, are not those of 9'],
    ['no count behind a tag of 0', '00', 'its 1 bytes of fields, packed, are not those of 9'],
    ['more bytes than fields have', 'ff010203040506070800', 'bytes of fields must be at most 9: got 10'],
  ])('refuses %s where fields are packed', (_, fields, message) => {
    const sleeper = makeSleeper();
    const before = recordOf(sleeper);
    const packed = Buffer.from(fields, 'hex');
    const record = Uint8Array.from([...before.subarray(0, 20), packed.length, ...packed]);
    record[3] = 0x40;
    record[12] = record.length - 13;
    expect(() => new RecordReader(sleeper.table).read(resigned(record), 0x0102_0304, sleeper.blocks[1], 0)).toThrow(message);
  });

  it('leaves nothing of whoever had the row before', () => {
    const sleeper = makeSleeper();
    const bytes = recordOf(sleeper);
    const target = sleeper.blocks[1];
    target.page.fill(-1);
    target.traffic.fill(-1);
    target.cold.u8.fill(0xff, 0, 64 * (4 + 4 + 1 + 20 + 2));
    setWakeTime(target, 9, 100);
    new RecordReader(sleeper.table).read(bytes, 0x0102_0304, target, 9);
    const name = sleeper.columns.find((column) => column.name === 'name');
    const start = (name?.offset ?? 0) + 9 * 20;
    expect(Array.from(target.cold.u8.subarray(start, start + 20))).toEqual(new Array(20).fill(0));
    const words = [target.page[Column.inbound + 9], target.traffic[Traffic.dropped + 9], target.traffic[Traffic.mark + 9]];
    expect(words).toEqual([0, 0, 0]);
    const { wakes } = target.services.timers;
    expect([target.cold.i32[wakes + 18], target.cold.i32[wakes + 19]]).toEqual([0, 0]);
  });
});
