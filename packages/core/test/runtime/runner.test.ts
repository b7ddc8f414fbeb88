import { describe, expect, it } from 'vitest';
import { Column } from '../../src/layout/geometry.js';
import { ParticipantWord, rowsUnderWay } from '../../src/memory/participant-words.js';
import type { Session } from '../../src/session-api.js';
import { bytesOf } from '../memory/block-fixture.js';
import { type Loose, makeRunner as setUp } from './runner-fixture.js';

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

  it('tells in its progress word which row it is at, and in the end that all are done', () => {
    const { run, progress, faults } = setUp({
      update: (session) => {
        expect(progress[ParticipantWord.row]).toBe(session.accountId - 1000);
      },
    });
    run();
    expect(faults).toEqual([]);
    expect(rowsUnderWay(progress[ParticipantWord.row])).toEqual({ begin: 0, end: 0, next: 64 });
  });

  it('tells in its progress word which run of rows an updateBatch has in hand, and behind which it is done', () => {
    const seen: unknown[] = [];
    const { run, progress } = setUp({
      updateBatch: () => {
        seen.push(rowsUnderWay(progress[ParticipantWord.row]));
      },
    });
    run(0b1110, 0);
    run(-1, -1, 60, 64);
    expect(seen).toEqual([
      { begin: 1, end: 4, next: 4 },
      { begin: 60, end: 64, next: 64 },
    ]);
    expect(rowsUnderWay(progress[ParticipantWord.row])).toEqual({ begin: 0, end: 0, next: 64 });
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

  it('changes no byte that another thread can see when it is parked, whatever an update has left half done', () => {
    const { run, runner, block, progress, faults } = setUp({
      update: (session: Session<Loose>) => {
        (session.state as Loose).count++;
        session.sendTo(1001, 7, new Uint8Array(8));
        session.after(300);
        session.log('half done');
        session.receive();
        session.receiveMessage();
        session.claim(5, 32);
      },
    });
    run();
    expect(faults).toEqual([]);
    const seen = [block.cold.u8, block.hot.u8, new Uint8Array(progress.buffer, 0, progress.buffer.byteLength)];
    const before = seen.map((bytes) => bytes.slice());
    runner.park();
    expect(seen.map((bytes, at) => Buffer.compare(bytes, before[at]))).toEqual([0, 0, 0]);
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
