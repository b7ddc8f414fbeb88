import { bigint64, data, defineBehavior, f32, text, u8 } from '@dormouse/core';
import { startTestManager } from '@dormouse/core/testing';
import { sqliteStore } from '../src/index.js';

export const walker = defineBehavior(import.meta.url, {
  name: 'walker',
  version: 3,
  state: { metres: f32(), steps: u8({ length: 4 }), name: text(32), gold: bigint64() },
  update(session, diffMs) {
    session.state.metres += diffMs / 1000;
  },
});

export const keeper = defineBehavior(import.meta.url, {
  name: 'keeper',
  state: { goods: data({ maxBytes: 2000 }) },
  create: (session) => session.state.goods.set({ apples: 3, raw: Buffer.from([1, 2]) }),
  update: () => {},
});

/** Makes a store in which a manager has put sessions to sleep: walkers of accounts `first`…, and as many keepers behind them; its shapes in this order, or turned round. */
export async function storeOfSleepers(path: string, count: number, first = 1, isTurned = false): Promise<void> {
  const test = await startTestManager({
    behaviors: isTurned ? [keeper, walker] : [walker, keeper],
    store: sqliteStore(path, { thread: false }),
  });
  const { manager } = test;
  const handles = Array.from({ length: count * 2 }, (_, index) =>
    manager.createSession(first + index, { behavior: index < count ? walker : keeper, mapId: 571 } as never),
  );
  await test.tick(1000);
  for (const handle of handles) handle.hibernate();
  for (let round = 0; round < 100 && handles.some(({ status }) => status !== 'hibernated'); round++) await test.tick(1000);
  await test.shutdown();
}

/** What a manager finds that goes on with a store: how many sleep, are refused, and the state of walkers that it wakes. */
export async function resumed(path: string, walkers: readonly number[]) {
  const test = await startTestManager({ behaviors: [walker, keeper], store: sqliteStore(path, { thread: false }), resume: true });
  const { asleep, active, refused } = test.manager.resumed!;
  const metres = walkers.map((accountId) => {
    const handle = test.manager.getSession(accountId)!;
    handle.wake();
    return (handle.state as { metres: number }).metres;
  });
  await test.shutdown();
  return { asleep, active, refused, metres };
}
