import { defineBehavior } from '../../src/behavior.js';
import { encodeInitials } from '../../src/layout/data-field.js';
import type { Fields } from '../../src/layout/state-layout.js';
import { SessionTable } from '../../src/memory/session-table.js';
import { messagePack } from '../../src/message-pack.js';
import { BehaviorHost } from '../../src/session/behavior-host.js';
import { SessionStore } from '../../src/session/store.js';
import { TickClock } from '../../src/session/tick-clock.js';

const SIZES = { sessionCeiling: 1024, poolSize: 64, poolGrowth: 64, ringBytes: 1024, mailboxBytes: 1024, outboxBytes: 1024 };

/** A store of sessions of behaviours named `one`, `two`, … with these fields, none of which has hooks. */
export function makeStore(...fields: readonly Fields[]) {
  return makeStoreUpTo(SIZES.sessionCeiling, ...fields);
}

/** The same, of up to so many sessions of each. */
export function makeStoreUpTo(sessionCeiling: number, ...fields: readonly Fields[]) {
  const sizes = { ...SIZES, sessionCeiling };
  const names = ['one', 'two', 'three'];
  const hosts = fields.map((state, index) => {
    const behavior = defineBehavior(import.meta.url, { name: names[index], state, update() {} });
    encodeInitials(behavior.layout, messagePack);
    return new BehaviorHost(behavior, index, sizes);
  });
  const clock = new TickClock(0);
  const table = SessionTable.reserve(sessionCeiling * hosts.length);
  const caller = { addBlock() {}, dropBlock() {}, callHook: () => false };
  const store = new SessionStore(table, sizes, hosts, caller, clock, () => {});
  let incarnation = 0;
  const create = (accountId: number, behavior = 0): number =>
    store.create({ accountId, incarnation: ++incarnation, host: hosts[behavior], mapId: 0, groupId: 0, init: undefined });
  return { store, clock, hosts, create };
}
