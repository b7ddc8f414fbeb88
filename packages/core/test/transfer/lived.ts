import { startTravellers, type TravellerManager } from './traveller.js';

/** Until nothing is left unread, nor waits to be taken. */
export async function settle(manager: TravellerManager): Promise<void> {
  for (let i = 0; i < 3; i++) {
    await manager.updateAllSessions(1000);
    manager.drainOutbound(() => {});
  }
}

/** A session that has lived a little, and its manager. */
export async function startLived(settings: Parameters<typeof startTravellers>[0] = {}) {
  const manager = await startTravellers(settings);
  const handle = manager.createSession(7, { mapId: 530, groupId: 4 });
  for (const opcode of [1, 4, 7, 11]) handle.push(opcode);
  await manager.updateAllSessions(100);
  return { manager, handle };
}
