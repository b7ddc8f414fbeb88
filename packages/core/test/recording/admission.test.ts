import { defineBehavior, u32 } from '@dormouse/core';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../src/testing/manual-clock.js';
import { accounts } from '../manager/test-manager.js';
import { serialScheduler } from '../scheduler/test-schedulers.js';
import { replayed, startRecorded } from './recorded-run.js';

/** Vetoes its sleep as long as it has a debt, of which an update pays one; some do not come in at all. */
const debtor = defineBehavior(import.meta.url, {
  name: 'debtor',
  state: { debt: u32(), asked: u32() },
  create(session) {
    if (session.accountId % 10 === 9) throw new Error('not this one');
    session.state.debt = session.accountId % 4;
  },
  hibernate(session) {
    session.state.asked += 1;
    return session.state.debt === 0;
  },
  update(session) {
    if (session.state.debt > 0 && session.tick.number % 8 === 0) session.state.debt -= 1;
  },
});

const settings = { logger: false, maxConcurrentSessions: 40, pressureHighPercent: 80, pressureLowPercent: 50 } as const;

describe('a recording', () => {
  it('of admissions and of pressure is replayed: who came in when, who was put to sleep, and who would not', async () => {
    const { manager, file } = await startRecorded({
      behavior: debtor,
      scheduler: serialScheduler(),
      clock: new ManualClock(),
      ...settings,
    });
    const { done } = manager.admitSessions(accounts(200), { perTick: 7, options: (accountId) => ({ mapId: accountId % 3 }) });
    const digests: string[] = [];
    for (let second = 0; second < 60; second++) {
      await manager.updateAllSessions(1000);
      digests.push(manager.stateDigest());
    }
    const report = await done;
    expect(report.created + report.failed.length).toBe(200);
    const { pressureSleeps } = manager.getGlobalMetrics();
    expect(pressureSleeps).toBeGreaterThan(20);
    await manager.shutdown();
    const again = await replayed(file, [debtor]);
    expect(again.report).toMatchObject({ difference: undefined, truncated: false, ticks: 60 });
    expect(again.digests).toEqual(digests);
  });
});
