import { isMainThread } from 'node:worker_threads';
import { defineBehavior, f32, u32 } from '@dormouse/core/behavior';

/** Packets that end the thread in whose update they are read, not the host's: at once, or when the session has sent its own. */
export const DEADLY = 0x0666;
export const DEADLY_LATER = 0x0667;

const PAYLOAD = new Uint8Array(16);
const words = new DataView(PAYLOAD.buffer, 0, PAYLOAD.length);

/**
 * Takes what has come, moves, and says where it is, as workload W2 does. Packets are numbered either way: `taken` and `sent` are how many there
 * were, `gaps` how many of those that came were never seen.
 */
export const numbered = defineBehavior(import.meta.url, {
  name: 'numbered',
  state: { x: f32(), y: f32(), vx: f32({ initial: 1 }), heard: u32(), taken: u32(), gaps: u32(), sent: u32(), updates: u32() },
  update(session, diffMs) {
    const { state } = session;
    let isLast = false;
    for (let packet = session.receive(); packet !== null; packet = session.receive()) {
      if (packet.opcode === DEADLY && !isMainThread) process.exit(9);
      if (packet.opcode === DEADLY_LATER) isLast = !isMainThread;
      const number = packet.u32(0);
      state.gaps += number - state.taken - state.gaps;
      state.taken += 1;
      for (let at = 4; at < packet.length; at += 4) state.heard = Math.imul(state.heard ^ packet.u32(at), 0x0100_0193);
    }
    state.vx = Math.fround(state.vx * 0.9 + (state.heard & 0xff) / 256);
    state.x += Math.fround((state.vx * diffMs) / 1000);
    state.y += Math.fround(state.x / 7);
    words.setUint32(0, state.sent, true);
    words.setFloat32(4, state.x, true);
    words.setFloat32(8, state.y, true);
    words.setUint32(12, session.accountId, true);
    if (session.send(0xdd, PAYLOAD)) state.sent += 1;
    if (isLast) process.exit(9);
    state.updates += 1;
  },
});
