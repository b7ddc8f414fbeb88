import { type PacketBatchHandler, PacketColumns } from './packet-batch.js';
import type { PacketHandler } from './packet-handler.js';

/** What becomes of the packets of a tick: a handler for each, or one for many together, which can be given them one by one as well. */
export interface HandOver {
  readonly one: PacketHandler;
  readonly together: PacketBatchHandler | undefined;
}

/** The form of a host's handlers, of which it has one at most. */
export function handOverOf(onPacket: PacketHandler | undefined, onPackets: PacketBatchHandler | undefined): HandOver | undefined {
  if (onPackets !== undefined) return { one: oneByOne(onPackets), together: onPackets };
  return onPacket === undefined ? undefined : { one: onPacket, together: undefined };
}

/** Gives a handler of batches each packet by itself. */
export function oneByOne(handler: PacketBatchHandler): PacketHandler {
  const batch = PacketColumns.ofOwn(1);
  return (accountId, packet) => {
    batch.open(packet.words, NO_FLOATS);
    batch.add(accountId, packet.opcode | (packet.length << 16), packet.start);
    try {
      return handler(batch);
    } finally {
      batch.close();
    }
  };
}

const NO_FLOATS = new Float32Array(0);
