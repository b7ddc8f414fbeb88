import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { failure } from '../manager/test-manager.js';
import { after, type Conduct, fakeCrew, joins, never } from './fake-crew.js';

const broken = new RangeError('its library fails');
/** Hands nothing over: the seat's port stays here. */
const refuses: Conduct = () => Promise.reject(broken);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('starting threads', () => {
  it('a crew has as many runners as it was told to, by their numbers, and the caller where it takes part', async () => {
    const idle = fakeCrew();
    await idle.crew.resize(3);
    expect(idle.crew.runners).toEqual([1, 2, 3]);
    const joined = fakeCrew({ callerParticipates: true });
    await joined.crew.resize(2);
    expect([joined.crew.runners, joined.crew.width]).toEqual([[0, 1, 2], 3]);
  });

  it('if one of several cannot be started, none is left, and the error is its own', async () => {
    const { crew, conducts, discarded } = fakeCrew();
    conducts.push(joins, 'launch fails', joins);
    expect(await after(5000, crew.resize(3))).toEqual(new RangeError('no thread to be had'));
    expect([crew.members, crew.runners, discarded.sort()]).toEqual([[], [], [1, 3]]);
  });

  it('when more cannot be had, those there were stay, and those that had come go again', async () => {
    const { crew, conducts, discarded } = fakeCrew();
    await crew.resize(2);
    conducts.push(joins, async (_, seat) => seat.become(new Error('setup fails')));
    expect(await after(5000, crew.resize(4))).toEqual(new Error('setup fails'));
    expect([crew.runners, crew.members.length, discarded.sort()]).toEqual([[1, 2], 2, [3, 4]]);
  });

  it('a library that rejects the order fails the start at once, as its cause; nothing waits for the seat that was not handed over', async () => {
    const { crew, conducts } = fakeCrew();
    conducts.push(refuses);
    expect(await after(0, crew.resize(1))).toEqual(expect.objectContaining({ message: expect.stringContaining('thread has ended') }));
    expect(crew.members).toEqual([]);
  });

  it('a library that never answers fails the start after startTimeoutMs, and a thread that it brings later is discarded', async () => {
    const { crew, conducts, answers, discarded } = fakeCrew({ startTimeoutMs: 700 });
    conducts.push('launch never settles');
    const starting = crew.resize(1);
    expect(await after(699, starting)).toBe('not settled');
    expect(await after(1, starting)).toEqual(failure('ERR_START_FAILED', /participant 1 was not ready within 700 ms \(startTimeoutMs\)/));
    expect([crew.members, discarded]).toEqual([[], []]);
    answers[0]();
    await vi.advanceTimersByTimeAsync(0);
    expect(discarded).toEqual([1]);
  });

  it('a thread that never comes to be ready fails the start after startTimeoutMs, and is discarded', async () => {
    const { crew, conducts, discarded } = fakeCrew({ startTimeoutMs: 700 });
    conducts.push(never);
    expect(await after(700, crew.resize(1))).toEqual(failure('ERR_START_FAILED', /700 ms/));
    expect([crew.members, discarded]).toEqual([[], [1]]);
  });
});

describe('threads that are lost', () => {
  it('are replaced, under the number that has become free', async () => {
    const { crew, seats } = fakeCrew();
    await crew.resize(2);
    seats[0].become('gone');
    await vi.advanceTimersByTimeAsync(0);
    expect(crew.hasGone).toBe(true);
    crew.reap();
    await vi.advanceTimersByTimeAsync(0);
    expect([crew.runners, crew.replaced, seats[0].retired]).toEqual([[1, 2], 1, ['its thread ended, and why is not known']]);
  });

  it('are retired with what their library says of it, if it says so within 200 ms', async () => {
    const { crew, seats, conducts, log } = fakeCrew();
    const fail: ((error: unknown) => void)[] = [];
    const dies: Conduct = (order, seat) => {
      void joins(order, seat);
      return new Promise((_, reject) => fail.push(reject));
    };
    conducts.push(dies, dies, dies, dies);
    await crew.resize(4);
    const late = seats[1];
    for (const seat of seats.slice(0, 3)) seat.become('gone');
    await vi.advanceTimersByTimeAsync(0);
    const explained = crew.whenExplained();
    fail[0](broken);
    fail[2](undefined);
    expect(await after(199, explained)).toBe('not settled');
    // The turn of the event loop in which the 200 ms are over is the last.
    expect(await after(2, explained)).toBe(undefined);
    crew.reap();
    expect(seats.slice(0, 3).map(({ retired }) => retired)).toEqual([
      ['its thread ended: its library fails'],
      ['its thread ended, and why is not known'],
      ['its thread ended: it did not say why'],
    ]);
    expect(seats.slice(0, 3).map(({ causes }) => causes)).toEqual([[broken], [undefined], [new Error('it did not say why')]]);
    fail[1](new Error('exit code 7'));
    await vi.advanceTimersByTimeAsync(0);
    expect(log.at(-1)).toBe(`fake: the thread of participant ${late.participant} failed: exit code 7`);
  });

  it('are not waited for where their reason is known, or nobody is gone', async () => {
    const { crew, seats } = fakeCrew();
    await crew.resize(2);
    expect(await after(0, crew.whenExplained())).toBe(undefined);
    crew.endStuck(crew.members[0], 'it had not returned');
    await vi.advanceTimersByTimeAsync(0);
    expect(crew.hasGone).toBe(true);
    expect(await after(0, crew.whenExplained())).toBe(undefined);
    crew.reap();
    expect(seats[0].retired).toEqual(['it had not returned']);
  });

  it('and cannot be replaced, three times in a row, end what waits for somebody, with the cause', async () => {
    const { crew, seats, conducts, launches } = fakeCrew();
    await crew.resize(1);
    conducts.push('launch fails', 'launch fails', 'launch fails');
    seats[0].become('gone');
    await vi.advanceTimersByTimeAsync(0);
    crew.reap();
    const cause = new RangeError('no thread to be had');
    expect(await after(10_000, crew.whenAble())).toEqual(
      expect.objectContaining({
        code: 'ERR_THREAD_GONE',
        cause,
        message: 'no thread is left, and none can be started: no thread to be had',
      }),
    );
    expect(launches()).toBe(4);
  });

  it('twenty times in a row, before they ran anything, end what waits for somebody', async () => {
    const { crew, conducts, launches } = fakeCrew();
    const diesAtOnce: Conduct = async (order, seat) => {
      await joins(order, seat);
      setTimeout(() => seat.become('gone'), 1);
    };
    for (let thread = 0; thread < 30; thread++) conducts.push(diesAtOnce);
    await crew.resize(1);
    await vi.advanceTimersByTimeAsync(1);
    let outcome: unknown;
    for (let round = 0; outcome === undefined && round < 40; round++) {
      crew.reap();
      outcome = await after(
        1,
        crew.whenAble().then(
          () => undefined,
          (error) => error,
        ),
      );
    }
    expect(outcome).toEqual(
      failure('ERR_THREAD_GONE', '20 threads in a row have ended before they ran anything: its thread ended, and why is not known'),
    );
    expect(launches()).toBe(20);
  });

  it('because their library failed are ended: such a thread cannot be relied on', async () => {
    const { crew, conducts, discarded } = fakeCrew();
    let fail = (_: Error): void => {};
    conducts.push((order, seat) => {
      void joins(order, seat);
      return new Promise((_, reject) => {
        fail = reject;
      });
    });
    await crew.resize(1);
    fail(broken);
    await vi.advanceTimersByTimeAsync(0);
    expect([discarded, crew.hasGone]).toEqual([[1], true]);
  });
});

describe('ending threads', () => {
  it('asks them to leave first, and ends those that do not within a second', async () => {
    const { crew, seats, discarded } = fakeCrew();
    await crew.resize(2);
    const stopping = crew.stop();
    seats[0].become('gone');
    expect(await after(999, stopping)).toBe('not settled');
    expect(discarded).toEqual([]);
    expect(await after(1, stopping)).toBe(undefined);
    expect([discarded.sort(), crew.members]).toEqual([[1, 2], []]);
  });

  it('waits for a library that does not let go no longer than 5 s, and says so', async () => {
    const { crew, seats, log } = fakeCrew();
    await crew.resize(1);
    const stuck = crew.members[0];
    vi.spyOn(stuck, 'end').mockImplementation(() => {
      vi.restoreAllMocks();
      return stuck.end();
    });
    seats[0].become = () => {};
    expect(await after(2000, crew.stop())).toBe(undefined);
    expect(log).toEqual([]);
  });

  it('a thread that is told to end while its library starts it keeps nobody waiting, and is discarded when it comes', async () => {
    const { crew, seats, conducts, answers, discarded } = fakeCrew();
    await crew.resize(1);
    conducts.push('launch never settles');
    seats[0].become('gone');
    await vi.advanceTimersByTimeAsync(0);
    crew.reap();
    expect(await after(1000, crew.stop())).toBe(undefined);
    answers[0]();
    await vi.advanceTimersByTimeAsync(0);
    expect([discarded, crew.members]).toEqual([[1, 1], []]);
  });
});

describe('by tasks', () => {
  it('a thread has two in hand at most; the next is given when one is done, however many rounds have passed', async () => {
    const { crew, conducts } = fakeCrew({ dispatch: 'task' });
    const tasks: (() => void)[] = [];
    conducts.push((order, seat) => {
      if (order.kind === 'join') return joins(order, seat);
      return new Promise((resolve) => tasks.push(() => resolve(undefined)));
    });
    await crew.resize(1);
    for (let round = 0; round < 10; round++) crew.wake();
    await vi.advanceTimersByTimeAsync(0);
    expect(tasks.length).toBe(2);
    tasks[0]();
    await vi.advanceTimersByTimeAsync(0);
    expect(tasks.length).toBe(3);
    for (const done of tasks) done();
    await vi.advanceTimersByTimeAsync(0);
    expect(tasks.length).toBe(3);
  });
});
