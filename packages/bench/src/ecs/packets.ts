import type { QueryResult } from 'bitecs';
import { BRIEF_BYTES, briefByteSum, byteSum, OUTBOUND_BYTES, OUTBOUND_OPCODE } from '../arithmetic/packets.js';
import { round } from '../arithmetic/rounding.js';
import type { PacketColumns } from '../floor/rings.js';
import type { EcsWorld } from './world.js';

const OUTBOUND_HEADER = OUTBOUND_OPCODE | (OUTBOUND_BYTES << 16);
const OUTBOUND_WORDS = 1 + OUTBOUND_BYTES / 4;

/** Takes what there is for each of `entities`; their health after it is in `healed`, by rank. */
export function drain({ components, time }: EcsWorld, entities: QueryResult, { inbound, healed, packetsIn, bytesIn }: PacketColumns): void {
  const { Health, Activity } = components;
  const { words, heads, strideWords } = inbound;
  for (let i = 0; i < entities.length; i++) {
    const eid = entities[i];
    let health = Health[eid];
    const rank = eid - 1;
    const start = rank * strideWords;
    const end = start + heads[rank];
    for (let at = start; at < end; ) {
      const bytes = words[at] >>> 16;
      const sum = bytes <= BRIEF_BYTES ? briefByteSum(words, at + 1, bytes) : byteSum(words, at + 1, bytes);
      health = round(health + round((sum & 1023) / 1024));
      packetsIn[rank]++;
      bytesIn[rank] += bytes;
      Activity[eid] = time.nowMs;
      at += (bytes + 7) >> 2;
    }
    heads[rank] = 0;
    healed[rank] = health;
  }
}

/** Has each of `entities` send where it is. */
export function emit({ components }: EcsWorld, entities: QueryResult, packets: PacketColumns): void {
  const { outbound, packetsOut, bytesOut, dropped } = packets;
  const { Account, Position, Updates } = components;
  const { x, y } = Position;
  const { count } = Updates;
  const { words, floats, heads, strideWords, capacityWords } = outbound;
  for (let i = 0; i < entities.length; i++) {
    const eid = entities[i];
    const rank = eid - 1;
    const head = heads[rank];
    if (head + OUTBOUND_WORDS > capacityWords) {
      dropped[rank]++;
      continue;
    }
    const at = rank * strideWords + head;
    words[at] = OUTBOUND_HEADER;
    floats[at + 1] = x[eid];
    floats[at + 2] = y[eid];
    words[at + 3] = Account[eid];
    words[at + 4] = count[eid];
    heads[rank] = head + OUTBOUND_WORDS;
    packetsOut[rank]++;
    bytesOut[rank] += OUTBOUND_BYTES;
  }
}
