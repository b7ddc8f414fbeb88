import { describe, expect, it } from 'vitest';
import type { BehaviorDefinition, Session, SessionBatch } from '../../src/behavior.js';
import { f32, i32, u32 } from '../../src/layout/field.js';
import { Column } from '../../src/layout/geometry.js';
import type { Fields } from '../../src/layout/state-layout.js';
import { HostRings } from '../../src/memory/packet-ring.js';
import { ParticipantWord } from '../../src/memory/participant-words.js';
import { Runner } from '../../src/runtime/runner.js';
import { defineStateClass } from '../../src/runtime/state-view.js';
import { bytesOf, makeBlock } from '../memory/block-fixture.js';

const FIELDS = { count: u32(), x: f32(), hot: i32({ hot: true }) };
// biome-ignore lint/suspicious/noExplicitAny: a test's behaviour reads and writes what it likes
type Loose = any;

function setUp(definition: Partial<BehaviorDefinition<Fields, unknown>>) {
  const { block, layout, table } = makeBlock({ fields: FIELDS });
  const progress = table.participantWords(0);
  const faults: { begin: number; end: number; error: Loose }[] = [];
  const tick = { number: 1, nowMs: 100, diffMs: 100 };
  const runner = new Runner(layout, defineStateClass(layout), { state: FIELDS, ...definition }, tick, progress, {
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

const rowsOf = (low: number, high: number): number[] => [...Array(64).keys()].filter((row) => ((row < 32 ? low : high) >>> (row & 31)) & 1);

describe('a runner of single sessions', () => {
  it.each([
    [-1, -1, 0, 64],
    [0, 0, 0, 64],
    [1, 1 << 31, 0, 64],
    [0x0f0f_0f0f, 0x7fff_ffff, 0, 64],
    [-1, -1, 10, 40],
    [-1, 0, 31, 33],
    [0x8000_0001 | 0, 1, 31, 32],
  ])('updates the active rows of a segment once each, ascending (%i %i, rows %i to %i)', (low, high, begin, end) => {
    const seen: number[] = [];
    const { run } = setUp({ update: (session) => seen.push(session.accountId - 1000) as unknown as undefined });
    run(low, high, begin, end);
    expect(seen).toEqual(rowsOf(low, high).filter((row) => row >= begin && row < end));
  });

  it('lets an update see and change its own row’s state alone', () => {
    const { run, block } = setUp({
      update: (session: Session<Loose>, diffMs) => {
        const state = session.state as Loose;
        state.count += session.accountId;
        state.x += diffMs;
        state.hot -= 1;
      },
    });
    run();
    run();
    for (let row = 0; row < 64; row++) {
      expect([block.cold.u32[row], block.cold.f32[64 + row], block.hot.i32[row]]).toEqual([2 * (1000 + row), 200, -2]);
    }
  });

  it('goes on behind a row that throws, and reports just that row', () => {
    const { run, faults, block } = setUp({
      update: (session: Session<Loose>) => {
        (session.state as Loose).count++;
        if (session.accountId === 1005) throw new Error('five');
      },
    });
    run();
    expect(faults).toEqual([{ begin: 5, end: 6, error: new Error('five') }]);
    expect(block.cold.u32.slice(0, 64).every((count) => count === 1)).toBe(true);
  });

  it('tells in its progress word which row it is at, and none in the end', () => {
    const { run, progress, faults } = setUp({
      update: (session) => {
        expect(progress[ParticipantWord.row]).toBe(session.accountId - 1000);
      },
    });
    run();
    expect(faults).toEqual([]);
    expect(progress[ParticipantWord.row]).toBe(-1);
  });

  it('takes back what a row that throws had claimed, not what it or another row had sent', () => {
    const { run, drained } = setUp({
      update: (session) => {
        if (session.accountId === 1000) session.claim(1, 4);
        if (session.accountId !== 1001) return;
        session.send(2, bytesOf(1, 4));
        session.claim(3, 4);
        throw new Error('half a packet');
      },
    });
    expect(run()).toBe(true);
    expect([drained(0), drained(1)]).toEqual([[1], [2]]);
  });

  it('refuses an update that returns a promise, names the account, and lets its rejection end nothing', async () => {
    const { run, faults } = setUp({
      update: (async (session: Session) => {
        if (session.accountId === 1002) throw new Error('later');
      }) as unknown as () => void,
    });
    run(0b101, 0);
    expect(faults).toHaveLength(2);
    expect(faults[1].error).toMatchObject({
      code: 'ERR_BEHAVIOR_ASYNC',
      accountId: 1002,
      message: expect.stringContaining('account 1002'),
    });
    await new Promise(setImmediate);
    expect(faults[1].error.cause).toEqual(new Error('later'));
  });

  it('leaves a session that was kept dead once it is parked', () => {
    let kept: Session<Loose> | undefined;
    const { run, runner, block } = setUp({
      update: (session) => {
        kept = session as Session<Loose>;
      },
    });
    run();
    runner.park();
    const before = block.cold.u32.slice();
    (kept as Loose).state.count = 5;
    expect((kept as Loose).state.count).toBeUndefined();
    expect(block.cold.u32).toEqual(before);
    expect(() => kept?.receive()).toThrow(expect.objectContaining({ code: 'ERR_SESSION_PARKED' }));
  });
});

describe('a runner of batches', () => {
  it.each([
    [-1, -1, [[0, 64]]],
    [
      0x0000_00f1,
      0,
      [
        [0, 1],
        [4, 8],
      ],
    ],
    [
      0x8000_0000 | 0,
      0x8000_0001 | 0,
      [
        [31, 33],
        [63, 64],
      ],
    ],
    [0, 0, []],
  ])('gives every unbroken run of active rows in one call (%i %i)', (low, high, runs) => {
    const seen: number[][] = [];
    const { run } = setUp({ updateBatch: (batch) => seen.push([batch.begin, batch.end]) as unknown as undefined });
    run(low, high);
    expect(seen).toEqual(runs);
  });

  it('shows columns at constant offsets, hot and cold, and its session at any of its rows', () => {
    const { run, block } = setUp({
      updateBatch: (batch: SessionBatch<Loose>) => {
        const at = batch.at as Loose;
        for (let row = batch.begin; row < batch.end; row++) {
          batch.f32[at.x + row] = row / 2;
          batch.hot.i32[at.hot + row] = batch.session(row).accountId;
        }
      },
    });
    run();
    expect([block.cold.f32[64 + 63], block.hot.i32[63]]).toEqual([31.5, 1063]);
  });

  it('refuses a row outside its run', () => {
    const { run, faults } = setUp({
      updateBatch: (batch) => {
        for (const row of [3, 8, 4.5, -1, Number.NaN]) {
          expect(() => batch.session(row)).toThrow(
            expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: expect.stringContaining('4…7') }),
          );
        }
      },
    });
    run(0xf0, 0);
    expect(faults).toEqual([]);
  });

  it('reports the whole run when it throws, goes on with the next, and takes back a claim of any of its rows', () => {
    const { run, faults, drained } = setUp({
      updateBatch: (batch) => {
        batch.session(batch.begin).claim(batch.begin, 4);
        if (batch.begin !== 10) return;
        batch.session(11);
        throw new Error('ten');
      },
    });
    run(0x0000_0c01, 1);
    expect(faults).toEqual([{ begin: 10, end: 12, error: new Error('ten') }]);
    expect([drained(0), drained(10), drained(32)]).toEqual([[0], [], [32]]);
  });

  it('keeps the claim of an earlier run when a later one throws', () => {
    const { run, drained } = setUp({
      updateBatch: (batch) => {
        if (batch.begin === 0) batch.session(0).claim(7, 4);
        else throw new Error('later');
      },
    });
    run(0b101, 0);
    expect(drained(0)).toEqual([7]);
  });

  it('leaves a batch that was kept dead once it is parked', () => {
    let kept: SessionBatch | undefined;
    const { run, runner } = setUp({
      updateBatch: (batch) => {
        kept = batch;
      },
    });
    run();
    runner.park();
    expect(() => kept?.session(0)).toThrow(expect.objectContaining({ code: 'ERR_SESSION_PARKED' }));
    expect([kept?.f32.length, kept?.hot.i32.length]).toEqual([0, 0]);
  });
});

describe('a hook', () => {
  it('gets its row, may send, and its session is dead when it returns', () => {
    const { block, runner, drained } = setUp({ update: () => {} });
    let kept: Session | undefined;
    const sent = runner.callHook(
      block,
      3,
      (session, argument) => {
        kept = session;
        (session.state as Loose).count = argument;
        session.send(argument);
      },
      7,
    );
    expect([sent, block.cold.u32[3], drained(3)]).toEqual([true, 7, [7]]);
    expect(() => kept?.send(1)).toThrow(expect.objectContaining({ code: 'ERR_SESSION_PARKED' }));
    expect(runner.callHook(block, 3, () => {}, undefined)).toBe(false);
  });

  it('keeps its session while it has another session’s hook run', () => {
    const { block, runner } = setUp({ update: () => {} });
    runner.callHook(
      block,
      3,
      (outer) => {
        runner.callHook(block, 4, (inner) => expect(inner.accountId).toBe(1004), undefined);
        expect(() =>
          runner.callHook(
            block,
            5,
            () => {
              throw new Error('inner');
            },
            undefined,
          ),
        ).toThrow('inner');
        expect(outer.accountId).toBe(1003);
        (outer.state as Loose).count = 33;
      },
      undefined,
    );
    expect([block.cold.u32[3], block.cold.u32[4]]).toEqual([33, 0]);
  });

  it('that throws throws to its caller, and one that returns a promise is refused', () => {
    const { block, runner } = setUp({ update: () => {} });
    expect(() =>
      runner.callHook(
        block,
        3,
        () => {
          throw new Error('no');
        },
        undefined,
      ),
    ).toThrow('no');
    expect(() => runner.callHook(block, 3, async () => {}, undefined)).toThrow(
      expect.objectContaining({ code: 'ERR_BEHAVIOR_ASYNC', accountId: 1003 }),
    );
    expect(block.page[Column.outbound + 3]).toBe(0);
  });
});
