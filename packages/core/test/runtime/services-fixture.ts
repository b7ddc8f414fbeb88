import type { SessionTable } from '../../src/memory/session-table.js';
import { World } from '../../src/memory/world.js';
import { messagePack } from '../../src/message-pack.js';
import type { RuntimeServices } from '../../src/runtime/services.js';
import type { TickInfo } from '../../src/session-api.js';

/** What a runner of tests hands to its sessions: tick 1 at 100 ms unless told otherwise. */
export function makeServices(table: SessionTable, tick: TickInfo = { number: 1, nowMs: 100, diffMs: 100 }): RuntimeServices {
  return { tick, codec: messagePack, seed: 0, outboxFlags: table.outboxFlags, world: new World(table, []), shared: new Map() };
}
