import { INBOUND_WORDS, writeInbound } from '../arithmetic/packets.js';
import { FIRST_ACCOUNT } from '../arithmetic/random.js';
import { firstReceiver, isSendTick, RECEIVER_STRIDE } from '../arithmetic/sleep.js';
import type { ComparedWorkload, InboundPackets } from '../compare/contender.js';

/** Gives the packets that sessions get before tick t; null: none. What it gives is overwritten by the next call. */
export type Inbound = (t: number) => InboundPackets | null;

/** The driver's half of a workload before a tick, for `sessions` from account `FIRST_ACCOUNT` on. It allocates nothing in a tick but for where it can be seen. */
export function inboundOf(workload: ComparedWorkload, sessions: number): Inbound {
  if (workload === 'W2') return toAll(sessions);
  return workload === 'W8' ? toEveryTenth(sessions) : () => null;
}

function toAll(sessions: number): Inbound {
  const words = new Int32Array(sessions * INBOUND_WORDS);
  const packets: InboundPackets = { ranks: null, words, count: sessions };
  return (t) => {
    for (let rank = 0; rank < sessions; rank++) writeInbound(words, rank * INBOUND_WORDS, FIRST_ACCOUNT + rank, t);
    return packets;
  };
}

/** Each phase has its own ranks, which are always the same. */
function toEveryTenth(sessions: number): Inbound {
  const phases = Array.from({ length: RECEIVER_STRIDE }, (_, first) => {
    const ranks = Uint32Array.from(
      { length: Math.max(0, Math.ceil((sessions - first) / RECEIVER_STRIDE)) },
      (__, i) => first + i * RECEIVER_STRIDE,
    );
    return { ranks, words: new Int32Array(ranks.length * INBOUND_WORDS), count: ranks.length };
  });
  return (t) => {
    if (!isSendTick(t)) return null;
    const packets = phases[firstReceiver(t)];
    const { ranks, words, count } = packets;
    for (let i = 0; i < count; i++) writeInbound(words, i * INBOUND_WORDS, FIRST_ACCOUNT + ranks[i], t);
    return packets;
  };
}
