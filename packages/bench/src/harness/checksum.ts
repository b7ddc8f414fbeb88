/** Fields of one session that count, in their order. */
export interface CheckedFields {
  readonly x: number;
  readonly y: number;
  readonly vx: number;
  readonly vy: number;
  readonly hp: number;
  readonly targetX: number;
  readonly targetY: number;
  readonly rng: number;
}

const OFFSET_BASIS = 0x811c_9dc5;
const PRIME = 0x0100_0193;

const bytes = new Uint8Array(32);
const view = new DataView(bytes.buffer, 0, 32);

/** FNV-1a 32 over the 32 little-endian bytes of every session in turn. u32. */
export function checksumOf(sessions: Iterable<CheckedFields>): number {
  let hash = OFFSET_BASIS;
  for (const session of sessions) {
    view.setFloat32(0, session.x, true);
    view.setFloat32(4, session.y, true);
    view.setFloat32(8, session.vx, true);
    view.setFloat32(12, session.vy, true);
    view.setFloat32(16, session.hp, true);
    view.setFloat32(20, session.targetX, true);
    view.setFloat32(24, session.targetY, true);
    view.setUint32(28, session.rng >>> 0, true);
    for (const byte of bytes) hash = Math.imul(hash ^ byte, PRIME);
  }
  return hash >>> 0;
}
