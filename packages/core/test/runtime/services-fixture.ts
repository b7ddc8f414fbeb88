import type { AnyBehavior } from '../../src/behavior.js';
import type { SessionTable } from '../../src/memory/session-table.js';
import { World } from '../../src/memory/world.js';
import { messagePack } from '../../src/message-pack.js';
import type { RuntimeServices } from '../../src/runtime/services.js';
import type { TickInfo } from '../../src/session-api.js';

const FIRST_TICK: TickInfo = { number: 1, nowMs: 100, diffMs: 100 };

/** What a runner of tests hands to its sessions: tick 1 at 100 ms, nobody else in the world, nothing shared, unless told otherwise. */
export function makeServices(
  table: SessionTable,
  tick: TickInfo = FIRST_TICK,
  others: Partial<Pick<RuntimeServices, 'world' | 'shared'>> & { readonly behaviors?: readonly AnyBehavior[] } = {},
): RuntimeServices {
  const { world = new World(table, []), shared = new Map(), behaviors = [] } = others;
  return { tick, behaviors, codec: messagePack, seed: 0, outboxFlags: table.outboxFlags, world, shared };
}
