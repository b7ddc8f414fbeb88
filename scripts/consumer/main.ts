/** A user's program: only packed packages, strict types, no skipLibCheck. Run in an empty folder by scripts/check-consumer.mjs. */
import { deepStrictEqual, ok, rejects, strictEqual } from 'node:assert/strict';
import { DormouseError, type IScheduler, loadScheduler, type SessionHandle, SessionManager } from '@dormouse/core';
import { describeScheduler } from '@dormouse/core/conformance';
import inlineSchedulerByDefault, { inlineScheduler } from '@dormouse/scheduler-inline';
import poolifierSchedulerByDefault, { poolifierScheduler } from '@dormouse/scheduler-poolifier';
import threadsSchedulerByDefault, { threadsScheduler } from '@dormouse/scheduler-threads';
import tinypoolSchedulerByDefault, { tinypoolScheduler } from '@dormouse/scheduler-tinypool';
import sqliteStoreByDefault, { sqliteStore } from '@dormouse/store-sqlite';
import { counter } from './counter.js';

strictEqual(inlineSchedulerByDefault, inlineScheduler);
strictEqual(poolifierSchedulerByDefault, poolifierScheduler);
strictEqual(threadsSchedulerByDefault, threadsScheduler);
strictEqual(tinypoolSchedulerByDefault, tinypoolScheduler);
strictEqual(sqliteStoreByDefault, sqliteStore);
strictEqual(typeof describeScheduler, 'function');

const sent: number[] = [];
await using manager = await SessionManager.start({
  behavior: counter,
  scheduler: await loadScheduler('inline'),
  onPacket: (accountId, packet) => sent.push(accountId, packet.opcode),
});
const handle: SessionHandle<typeof counter> = manager.createSession(42, { init: { name: 'Ada' } });
handle.push(1, new Uint8Array(5));
const report = await manager.updateAllSessions(100);
strictEqual(report.sessions, 1);
const { updates, heard, name }: { updates: number; heard: number; name: string } = handle.state;
deepStrictEqual({ updates, heard, name }, { updates: 1, heard: 5, name: 'Ada' });
deepStrictEqual(sent, [42, 7]);
// @ts-expect-error: the state has no such field
handle.state.height;
ok(manager.getSession(43) === undefined);
await rejects(SessionManager.start({ behavior: counter, scheduler: inlineScheduler(), updateBatchSize: 300 }), (error) =>
  DormouseError.isInstance(error, 'ERR_CONFIG_INVALID'),
);
console.log(`a consumer ran ${report.sessions} session on ${manager.schedulerName}`);

/** What sessions come to on a scheduler. */
async function digestOn(scheduler: IScheduler): Promise<string> {
  const manager = await SessionManager.start({ behavior: counter, scheduler, workerThreads: scheduler.supports.workers ? 2 : 0 });
  const bots = manager.createSessionBatch(Array.from({ length: 1000 }, (_, index) => index + 1));
  for (let tick = 0; tick < 10; tick++) {
    for (const bot of bots) bot.push(tick, new Uint8Array(tick));
    strictEqual((await manager.updateAllSessions(100)).sessions, bots.length);
    manager.drainOutbound(() => {});
  }
  const digest = manager.stateDigest();
  await manager.shutdown();
  return digest;
}

const expected = await digestOn(inlineScheduler());
const onThreads: (() => IScheduler | Promise<IScheduler>)[] = [
  () => tinypoolScheduler(),
  () => poolifierScheduler({ callerParticipates: true }),
  () => threadsScheduler({ dispatch: 'task', resourceLimits: { maxOldGenerationSizeMb: 64 } }),
  ...['tinypool', 'poolifier', 'threads'].map((name) => () => loadScheduler(name)),
];
for (const create of onThreads) {
  const scheduler = await create();
  strictEqual(await digestOn(scheduler), expected, scheduler.name);
}
console.log('and a thousand on tinypool, poolifier and threads, with the same result');
