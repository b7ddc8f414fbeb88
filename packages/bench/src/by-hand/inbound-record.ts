import { INBOUND_BYTES, INBOUND_OPCODE, INBOUND_WORDS } from '../arithmetic/packets.js';

/** Position of the session among those that it is sent with, opcode and length, payload. */
export const RECORD_WORDS = 2 + INBOUND_WORDS;
const HEADER = INBOUND_OPCODE | (INBOUND_BYTES << 16);

/** Writes one of the driver's packets as a record at `to[at]` and on. Without a loop, which would take half as long again. */
export function writeRecord(to: Int32Array, at: number, position: number, payloads: Int32Array, packet: number): void {
  const from = packet * INBOUND_WORDS;
  to[at] = position;
  to[at + 1] = HEADER;
  to[at + 2] = payloads[from];
  to[at + 3] = payloads[from + 1];
  to[at + 4] = payloads[from + 2];
  to[at + 5] = payloads[from + 3];
  to[at + 6] = payloads[from + 4];
  to[at + 7] = payloads[from + 5];
  to[at + 8] = payloads[from + 6];
  to[at + 9] = payloads[from + 7];
}
