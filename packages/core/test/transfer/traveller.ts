import {
  bigint64,
  data,
  defineBehavior,
  f64,
  type HibernationStore,
  type Session,
  type SessionHandle,
  type SessionManager,
  type SessionManagerOptions,
  text,
  u8,
  u32,
} from '@dormouse/core';
import { startWith } from '../manager/test-manager.js';
import { serialScheduler } from '../scheduler/test-schedulers.js';

const fields = {
  heard: u32(),
  luck: f64(),
  bells: u32({ hot: true }),
  seen: u8({ length: 5, published: true }),
  purse: bigint64({ initial: 10n }),
  mood: text(30, { initial: 'calm' }),
  bag: data<{ items: string[] }>({ maxBytes: 2000, initial: { items: [] } }),
};

export type Traveller = Session<typeof fields>;

/** What a session does beside living, by account; and the hooks that have run. */
export const doings = new Map<number, (session: Traveller) => void>();
export const hooks: string[] = [];

/**
 * Lives by its packets, its own messages, timers and chance: whatever of it is lost or out of order on the way shows in its state some ticks
 * later.
 */
export const traveller = defineBehavior(import.meta.url, {
  name: 'traveller',
  state: fields,
  create: ({ accountId }) => void hooks.push(`create ${accountId}`),
  release: ({ accountId }) => void hooks.push(`release ${accountId}`),
  hibernate: ({ accountId }) => void hooks.push(`hibernate ${accountId}`),
  update(session) {
    const { state } = session;
    // Reads a few of what has come, so that something is left.
    for (let left = 2, packet = session.receive(); packet !== null; packet = left-- > 0 ? session.receive() : null) {
      state.heard = (state.heard * 31 + packet.opcode) >>> 0;
      if (packet.opcode % 2 === 1) state.luck += session.random();
      if (packet.opcode % 3 === 1) session.after(packet.opcode * 40, packet.opcode);
      if (packet.opcode % 3 === 2) session.sendTo(session.accountId, packet.opcode, new Uint8Array(packet.opcode % 40));
      if (packet.opcode % 5 === 4) session.send(packet.opcode, new Uint8Array(packet.opcode));
      if (packet.opcode % 7 === 6) session.every(packet.opcode * 30);
      if (packet.opcode % 4 === 3) {
        state.bag.edit(({ items }) => {
          items.push(`item ${packet?.opcode}`);
          if (items.length > 9) items.shift();
        });
      }
    }
    const message = session.receiveMessage();
    if (message !== null) state.heard = (state.heard * 33 + message.opcode) >>> 0;
    for (let id = session.takeDue(); id !== null; id = session.takeDue()) {
      state.bells += id;
      state.purse -= BigInt(id);
      state.mood = `${session.tick.nowMs} ms`.slice(-9);
    }
    if (session.every(700)) state.seen.set(session.updateCount % 5, session.updateCount & 0xff);
    doings.get(session.accountId)?.(session);
  },
});

export type TravellerHandle = SessionHandle<typeof traveller>;
export type TravellerManager = SessionManager<typeof traveller>;
type Settings = Omit<Partial<SessionManagerOptions<typeof traveller>>, 'behavior' | 'behaviors'> & { store?: HibernationStore };

export function startTravellers(settings: Settings = {}): Promise<TravellerManager> {
  doings.clear();
  hooks.length = 0;
  return startWith({
    behavior: traveller,
    scheduler: serialScheduler(),
    seed: 7,
    sessionCeiling: 512,
    maintenanceSliceMs: 1000,
    ...settings,
  } as SessionManagerOptions<typeof traveller>);
}
