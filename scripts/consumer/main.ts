/** A user's program: only packed packages, strict types, no skipLibCheck. Run in an empty folder by scripts/check-consumer.mjs. */
import { deepStrictEqual, ok, rejects, strictEqual } from 'node:assert/strict';
import { DormouseError, loadScheduler, type SessionHandle, SessionManager } from '@dormouse/core';
import { describeScheduler } from '@dormouse/core/conformance';
import inlineSchedulerByDefault, { inlineScheduler } from '@dormouse/scheduler-inline';
import { counter } from './counter.js';

strictEqual(inlineSchedulerByDefault, inlineScheduler);
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
