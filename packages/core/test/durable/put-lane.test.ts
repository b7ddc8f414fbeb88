import { expect, it } from 'vitest';
import { PutLane } from '../../src/manager/durable/put-lane.js';
import type { SessionStore } from '../../src/session/store.js';
import { ManualClock } from '../../src/testing/manual-clock.js';
import { on } from '../manager/calling-behavior.js';
import { FakeStore } from '../manager/fake-store.js';
import { failure } from '../manager/test-manager.js';
import { turn } from './durable-fixture.js';

function makeLane() {
  const logged: string[] = [];
  const logger = { debug() {}, info: (text: string) => void logged.push(text), warn() {}, error: (text: string) => void logged.push(text) };
  const wallClock = new ManualClock();
  const lane = new PutLane({ store: { hibernatingCount: 3 } as SessionStore, records: new FakeStore(), wallClock, logger });
  const ended: unknown[] = [];
  const run = (begin: () => void | Promise<void>): boolean =>
    lane.run({
      begin,
      ended: (error) => {
        ended.push(error);
        return error;
      },
    });
  return { lane, wallClock, logged, ended, run };
}

const fail = (): void => {
  throw new Error('disk full');
};

it('what is done at once is done when run returns, well or not', () => {
  const { lane, ended, run } = makeLane();
  expect([run(() => {}), run(fail), run(() => {})]).toEqual([true, false, true]);
  expect(ended).toEqual([undefined, new Error('disk full'), undefined]);
  expect([lane.work, lane.settle(), lane.failures, lane.lastError]).toEqual([undefined, true, 1, undefined]);
});

it('what takes its time has ended once it is settled, and not before somebody looks', async () => {
  const { lane, ended, run } = makeLane();
  let settled = 0;
  lane.onSettled = () => settled++;
  let resolve = (): void => {};
  expect(run(() => new Promise((done) => (resolve = done)))).toBe(false);
  expect(lane.settle()).toBe(false);
  resolve();
  await lane.work;
  expect([settled, ended]).toEqual([1, []]);
  expect([lane.settle(), ended, lane.work]).toEqual([true, [undefined], undefined]);
  run(() => Promise.reject(new Error('disk full')));
  await turn();
  expect([settled, lane.settle(), ended[1]]).toEqual([2, true, new Error('disk full')]);
  expect(lane.lastError).toEqual(failure('ERR_STORE_FAILED', 'store fake did not take records: disk full'));
});

it('a store that does not say why it fails has failed', async () => {
  const { lane, run } = makeLane();
  run(() => Promise.reject(undefined));
  await turn();
  lane.settle();
  expect(lane.lastError?.message).toBe('store fake did not take records: "it did not say why"');
});

it('pauses grow, are told once, and are no longer for what is tried in them; that it takes records again is told with how long it did not', () => {
  const told: unknown[] = [];
  on('dormouse:store:failed', ({ store }: { store: string }) => told.push(store));
  on('dormouse:store:recovered', (message) => told.push(message));
  const { lane, wallClock, logged, run } = makeLane();
  run(fail);
  expect(lane.isPausing).toBe(true);
  wallClock.advance(999);
  run(fail);
  wallClock.advance(1);
  expect(lane.isPausing).toBe(false);
  run(fail);
  wallClock.advance(1999);
  expect([lane.isPausing, lane.pausedMs]).toEqual([true, 2999]);
  wallClock.advance(1);
  expect(lane.isPausing).toBe(false);
  run(() => {});
  wallClock.advance(500);
  run(() => {});
  expect([lane.pausedMs, lane.failures, told]).toEqual([3000, 3, ['fake', { store: 'fake', pausedMs: 3000 }]]);
  expect(logged).toEqual([
    'store fake did not take records: disk full; 3 sessions stay in memory, asleep, and it is tried again',
    'store fake takes records again',
  ]);
});

it('is free when others hear of what has ended, and what is begun by them is under way when it is settled', async () => {
  const { lane, run } = makeLane();
  const frees: boolean[] = [];
  const ended = (): unknown => void frees.push(lane.settle());
  const tell = (): void => {
    frees.push(
      lane.settle(),
      run(() => Promise.resolve()),
    );
  };
  expect(lane.run({ begin: () => void frees.push(lane.settle()), ended, tell })).toBe(false);
  expect([frees, lane.settle()]).toEqual([[false, false, true, false], false]);
  await turn();
  expect([lane.settle(), lane.work]).toEqual([true, undefined]);
});

it('a store is given nothing while it is at something', async () => {
  const { lane, ended, run } = makeLane();
  run(() => Promise.resolve());
  expect(() => run(() => {})).toThrow('store fake was to be given something while it is at something else');
  await turn();
  expect([lane.settle(), ended]).toEqual([true, [undefined]]);
});

it('that a store does not end what it was given is told once, and so is that it has', async () => {
  const told: unknown[] = [];
  on('dormouse:store:failed', ({ error }: { error: Error }) => told.push(error.message));
  on('dormouse:store:recovered', (message) => told.push(message));
  const { lane, wallClock, logged, run } = makeLane();
  let resolve = (): void => {};
  run(() => new Promise((done) => (resolve = done)));
  wallClock.advance(9999);
  expect([lane.pausedMs, told]).toEqual([0, []]);
  wallClock.advance(1);
  const message = 'store fake has been at one batch for 10 s';
  expect([lane.pausedMs, told, logged]).toEqual([
    10_000,
    [message],
    [`${message}; 3 sessions stay in memory, asleep, until it has ended it`],
  ]);
  wallClock.advance(60_000);
  resolve();
  await turn();
  lane.settle();
  expect([lane.pausedMs, lane.failures, told]).toEqual([70_000, 0, [message, { store: 'fake', pausedMs: 70_000 }]]);
});

it.each(['ended in time', 'closed'])('nobody is told of what was %s', async (how) => {
  const { lane, wallClock, logged, run } = makeLane();
  run(() => (how === 'closed' ? new Promise(() => {}) : Promise.resolve()));
  await turn();
  if (how === 'closed') lane.close();
  wallClock.advance(60_000);
  expect([logged, lane.pausedMs]).toEqual([[], 0]);
});
