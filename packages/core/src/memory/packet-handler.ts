import { DormouseError } from '../errors.js';
import type { Packet } from './packet-view.js';

/** Takes one outbound packet, which is valid until the handler returns. */
export type PacketHandler = (accountId: number, packet: Packet) => unknown;

/** A packet is valid during the call: an async handler would read another one's bytes. */
export function refusePromise(result: unknown): void {
  if (typeof (result as PromiseLike<unknown> | null)?.then !== 'function') return;
  // It may still reject, and would end the process on top of this error.
  (result as PromiseLike<unknown>).then(undefined, () => {});
  throw new DormouseError('ERR_PACKET_HANDLER', 'a packet handler returned a promise: it must be synchronous');
}
