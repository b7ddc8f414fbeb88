import { isMainThread } from 'node:worker_threads';
import { defineBehavior, f32, SessionManager } from '@dormouse/core';
import { inlineScheduler } from '@dormouse/scheduler-inline'; // or tinypoolScheduler of …-tinypool: worker threads, same result

// What a bot holds, and what it does in each tick. It knows one packet, opcode 1: go so many times as fast.
export const walker = defineBehavior(import.meta.url, {
  state: { metres: f32(), speed: f32({ initial: 1.5 }) },
  update(session, diffMs) {
    for (let packet = session.receive(); packet !== null; packet = session.receive()) {
      session.state.speed *= packet.u8(0);
      session.send(2, Buffer.from('on my way'));
    }
    session.state.metres += (session.state.speed * diffMs) / 1000;
  },
});

if (isMainThread) {
  const manager = await SessionManager.start({ behavior: walker, scheduler: inlineScheduler() });
  const bots = manager.createSessionBatch([1, 2, 3]);
  bots[1].push(1, Uint8Array.of(2));
  for (let tick = 0; tick < 10; tick++) await manager.updateAllSessions(100);
  manager.drainOutbound((accountId, packet) => console.log(`bot ${accountId}: ${Buffer.from(packet.toBytes())}`));
  for (const { accountId, state } of bots) console.log(`bot ${accountId} walked ${state.metres.toFixed(1)} m`);
  await manager.shutdown();
}
