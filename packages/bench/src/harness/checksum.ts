import type { Belongings } from '../compare/contender.js';

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
  /** What a session of W5 has, which counts too. */
  readonly belongings?: Belongings;
}

const OFFSET_BASIS = 0x811c_9dc5;
const PRIME = 0x0100_0193;
/** Keys of an inventory are `item-0` to `item-15`. */
const ITEM_KINDS = 16;

const bytes = new Uint8Array(32);
const view = new DataView(bytes.buffer, 0, 32);

/** FNV-1a 32 over the 32 little-endian bytes of every session in turn, and the characters of what it has, if it has anything. u32. */
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
    if (session.belongings !== undefined) hash = withText(hash, textOf(session.belongings));
  }
  return hash >>> 0;
}

/** What it has, as the checksum of W5 reads it. */
function textOf({ title, inventory, journal }: Belongings): string {
  let items = '';
  for (let kind = 0; kind < ITEM_KINDS; kind++) {
    const count = inventory.get(`item-${kind}`);
    if (count !== undefined) items += `item-${kind}=${count};`;
  }
  return `${title}\n${items}\n${journal.map(({ at, note }) => `${at}:${note};`).join('')}\n`;
}

function withText(hash: number, ascii: string): number {
  for (let i = 0; i < ascii.length; i++) hash = Math.imul(hash ^ ascii.charCodeAt(i), PRIME);
  return hash;
}

/** 8 hexadecimal digits of a word, as checksums are written. */
export function hex(word: number): string {
  return word.toString(16).padStart(8, '0');
}
