import { describe, expect, it } from 'vitest';
import { layOutBlock } from '../../src/layout/block-layout.js';
import { bigint64, bool, f32, i16, text, u8 } from '../../src/layout/field.js';
import { HOT_BYTES, PAGE_WORDS, TRAFFIC_WORDS } from '../../src/layout/geometry.js';
import { layOut } from '../../src/layout/state-layout.js';
import { allocateBlockBuffer, EMPTY_VIEWS } from '../../src/memory/block.js';
import { makeBlock } from './block-fixture.js';

describe('a block', () => {
  it('has views of the element types in use, and of words, floats, doubles and bytes for rings, timers and records, no others', () => {
    const { block } = makeBlock({ fields: { a: f32(), b: i16({ hot: true }), c: bigint64({ hot: true }) } });
    const made = (views: object): string[] => Object.entries(views).flatMap(([type, view]) => (view.length > 0 ? [type] : []));
    expect(made(block.cold)).toEqual(['f32', 'f64', 'u8', 'i32']);
    expect(made(block.hot)).toEqual(['i16', 'i64']);
    expect(block.cold.u16).toBe(EMPTY_VIEWS.u16);
  });

  it('sees a text’s bytes and their lengths', () => {
    const { block } = makeBlock({ fields: { name: text(5), flag: bool() } });
    expect([block.cold.u8.length > 0, block.cold.u16.length > 0]).toEqual([true, true]);
  });

  it('has views of a fixed length: they do not follow a buffer that could grow', () => {
    const { block } = makeBlock({ fields: { a: f32() } });
    expect(block.buffer.growable).toBe(true);
    expect(block.cold.f32.length * 4).toBe(block.layout.bufferBytes);
    expect(block.cold.f32.byteLength).toBe(block.buffer.byteLength);
  });

  it('has its own part of each of the table’s regions', () => {
    const { block, table } = makeBlock({ blockIndex: 2, fields: { a: f32({ hot: true }) } });
    expect([block.firstSlot, block.page.byteOffset, block.page.length]).toEqual([128, table.pageOffset(2), PAGE_WORDS]);
    expect([block.traffic.byteOffset, block.traffic.length]).toEqual([table.trafficOffset(2), TRAFFIC_WORDS]);
    expect(block.hot.f32.byteOffset).toBe(table.hotOffset(2));
    expect(block.hot.f32.byteLength).toBe(HOT_BYTES);
    expect(block.hot.f32.buffer).toBe(table.memory.buffer);
    table.doubles[block.firstActivity + 63] = 1.5;
    expect(new Float64Array(table.memory.buffer, table.regions.activity, 192)[191]).toBe(1.5);
  });

  it('is allocated in the form that goes back to the operating system', () => {
    const buffer = allocateBlockBuffer(layOutBlock(layOut({ a: u8() }), { ringBytes: 1024, mailboxBytes: 1024, outboxBytes: 1024 }));
    expect([buffer.growable, buffer.byteLength, buffer.maxByteLength]).toEqual([true, buffer.byteLength, buffer.byteLength]);
    expect(new Uint8Array(buffer, 0, buffer.byteLength).every((byte) => byte === 0)).toBe(true);
  });
});
