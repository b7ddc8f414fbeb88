import { defineBehavior } from '../../behavior.js';
import { f32, u32 } from '../../layout/field.js';
import type { Session, StateOf } from '../../session-api.js';
import { HERE } from './here.js';

const state = { x: f32(), y: f32(), vx: f32(), vy: f32(), hp: f32({ initial: 100 }), targetX: f32(), targetY: f32(), rng: u32() };
const body = { ...state, repeat: u32({ initial: 1 }) };

const { fround, imul, sqrt } = Math;
/** What a packet of {@link packeting} sessions is. */
const OUTBOUND = 0x00dd;

/** W0 of the benchmark's workloads: nothing happens. */
export const idle = defineBehavior(HERE, { name: 'conformance-w0', state, create: begin, update() {} });

/** W1, W3 and W4: as many steps as it was created with. */
export const moving = defineBehavior(HERE, {
  name: 'conformance-w1',
  state: body,
  create(session, repeat: number | undefined) {
    begin(session);
    session.state.repeat = repeat ?? 1;
  },
  update(session, diffMs) {
    for (let left = session.state.repeat; left > 0; left--) step(session.state, diffMs);
  },
});

/** W2: takes its packets, makes one step, sends one packet. */
export const packeting = defineBehavior(HERE, {
  name: 'conformance-w2',
  state,
  create: begin,
  update(session, diffMs) {
    for (let packet = session.receive(); packet !== null; packet = session.receive()) {
      let sum = 0;
      for (const byte of packet.toBytes()) sum += byte;
      session.state.hp = fround(session.state.hp + fround((sum & 1023) / 1024));
    }
    step(session.state, diffMs);
    const packet = session.claim(OUTBOUND, 16);
    packet?.setF32(0, session.state.x);
    packet?.setF32(4, session.state.y);
    packet?.setU32(8, session.accountId);
    packet?.setU32(12, session.updateCount);
  },
});

/** Steps of the session of rank `i` in W3: heavy ones first, and side by side. */
export function repeatOf(rank: number, sessions: number): number {
  return Math.min(Math.max(Math.floor(Math.floor(sessions / (rank + 1)) / 8), 1), 4096);
}

function begin(session: Session<typeof state>): void {
  const own = session.state;
  let random = imul(session.accountId, 0x9e37_79b1) || 1;
  for (const field of ['x', 'y', 'targetX', 'targetY'] as const) {
    random = xorshift(random);
    own[field] = arena(random);
  }
  own.rng = random >>> 0;
}

/** One step, every operation rounded to binary32: the same to the bit wherever it runs. */
function step(own: StateOf<typeof state>, diffMs: number): void {
  const dt = fround(diffMs / 1000);
  const steer = fround(4 * dt);
  const regen = fround(fround(0.05) * dt);
  const epsilon = fround(0.001);
  let dx = fround(own.targetX - own.x);
  let dy = fround(own.targetY - own.y);
  let d2 = fround(fround(dx * dx) + fround(dy * dy));
  if (d2 < 1) {
    const first = xorshift(own.rng);
    const second = xorshift(first);
    own.targetX = arena(first);
    own.targetY = arena(second);
    own.rng = second >>> 0;
    dx = fround(own.targetX - own.x);
    dy = fround(own.targetY - own.y);
    d2 = fround(fround(dx * dx) + fround(dy * dy));
  }
  const inverse = fround(7 / fround(fround(sqrt(d2)) + epsilon));
  own.vx = fround(own.vx + fround(fround(fround(dx * inverse) - own.vx) * steer));
  own.vy = fround(own.vy + fround(fround(fround(dy * inverse) - own.vy) * steer));
  own.x = fround(own.x + fround(own.vx * dt));
  own.y = fround(own.y + fround(own.vy * dt));
  own.hp = fround(own.hp + fround(fround(100 - own.hp) * regen));
  own.hp = fround(own.hp - fround(fround(fround(own.vx * own.vx) + fround(own.vy * own.vy)) * epsilon));
}

function xorshift(r: number): number {
  r ^= r << 13;
  r ^= r >>> 17;
  return r ^ (r << 5);
}

/** A coordinate in [0, 128). */
function arena(r: number): number {
  return (r >>> 8) / 131_072;
}
