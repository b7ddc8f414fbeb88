/** What of an interrupted session will reach nobody. */
export interface Discarded {
  /** Packets for the host, those of earlier ticks that it had not drained included. */
  readonly packets: number;
  /** Messages, asks, and all else that a session can want of others. */
  readonly requests: number;
}
