import { describe, expect, it, vi } from 'vitest';
import { u32 } from '../src/layout/field.js';
import { SharedRound } from '../src/memory/round.js';
import { Staging } from '../src/memory/staging.js';
import { Participant } from '../src/participant.js';
import { makeStore } from './session/store-fixture.js';

const TICK = { number: 1, nowMs: 100, diffMs: 100 };

/** A participant of one session and one behaviour, of which it is told what is called. */
function stand() {
  const { store, create } = makeStore({ value: u32() });
  const block = store.block(create(1));
  const round = new SharedRound(store.table);
  const participant = new Participant(store.table, round, Staging.create(true), 0, { fault: () => {} });
  const runner = { runSegment: vi.fn(), park: vi.fn(), callHook: vi.fn(() => false) };
  participant.addBehavior(() => runner);
  participant.addBlock(block);
  const run = (epoch: number): void => {
    round.open(epoch, TICK, store.listBatches(), 64, 1, false);
    participant.runBatches(0, 1);
    round.close();
  };
  return { participant, runner, run };
}

describe('a participant', () => {
  it('lets go of its sessions once for each round in which it has run any, and where it has run none has nothing to let go of', () => {
    const { participant, runner, run } = stand();
    participant.park();
    expect(runner.park).toHaveBeenCalledTimes(0);
    for (const epoch of [1, 2]) {
      run(epoch);
      participant.park();
      participant.park();
      expect(runner.park).toHaveBeenCalledTimes(epoch);
    }
  });

  it('that comes back into a round begins it anew, and lets go once more', () => {
    const { participant, runner, run } = stand();
    run(1);
    participant.park();
    run(1);
    expect(runner.runSegment).toHaveBeenCalledTimes(2);
    participant.park();
    expect(runner.park).toHaveBeenCalledTimes(2);
  });
});
