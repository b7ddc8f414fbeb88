import type { BehaviorDefinition } from '../../src/behavior.js';
import { f32, i32, u32 } from '../../src/layout/field.js';
import type { Fields } from '../../src/layout/state-layout.js';
import { HostRings } from '../../src/memory/packet-ring.js';
import { Runner } from '../../src/runtime/runner.js';
import { defineStateClass } from '../../src/runtime/state-view.js';
import { makeBlock } from '../memory/block-fixture.js';
import { makeServices } from './services-fixture.js';

const FIELDS = { count: u32(), x: f32(), hot: i32({ hot: true }) };
// biome-ignore lint/suspicious/noExplicitAny: a test's behaviour reads and writes what it likes
export type Loose = any;

/** A runner of one behaviour over one block; `count` begins at element 0 of u32, `x` at element 64 of f32, `hot` at 0 of i32. */
export function makeRunner(definition: Partial<BehaviorDefinition<Fields, unknown>>) {
  const { block, layout, table } = makeBlock({ fields: FIELDS });
  const progress = table.participantWords(0);
  const faults: { begin: number; end: number; error: Loose }[] = [];
  const runner = new Runner(layout, defineStateClass(layout), { state: FIELDS, ...definition }, makeServices(table), progress, {
    fault: (_, begin, end, error) => faults.push({ begin, end, error }),
  });
  const rings = new HostRings(1, 1024);
  const run = (low = -1, high = -1, begin = 0, end = 64): boolean => runner.runSegment(block, begin, end, low, high, 100);
  const drained = (row: number): number[] => {
    const opcodes: number[] = [];
    rings.drain(block, row, (_, packet) => opcodes.push(packet.opcode));
    return opcodes;
  };
  return { block, runner, faults, progress, run, drained };
}
