/** Simulated time without a packet after which a session of W8 falls asleep, at the next look. */
export const SLEEP_AFTER_MS = 1500;
/** Ticks between two looks at who falls asleep. */
export const LOOK_TICKS = 10;

const SEND_TICKS = 20;
const PHASES = 10;

/** Whether the driver of W8 sends anything before tick t. */
export function isSendTick(t: number): boolean {
  return t % SEND_TICKS === 0;
}

/** Ranks that it sends to before such a tick are this one, and every tenth after it. */
export function firstReceiver(t: number): number {
  return (PHASES - ((t / SEND_TICKS) % PHASES)) % PHASES;
}

/** Ranks from one receiver to the next. */
export const RECEIVER_STRIDE = PHASES;

/** Whether sessions are looked at after tick t: those fall asleep that {@link isIdle} says. */
export function isLookTick(t: number): boolean {
  return (t + 1) % LOOK_TICKS === 0;
}

/** Whether a session falls asleep at a look. `lastPacketMs`: of the tick that drained its last packet, START_MS if there was none. */
export function isIdle(nowMs: number, lastPacketMs: number): boolean {
  return nowMs - lastPacketMs >= SLEEP_AFTER_MS;
}

/** What comes of all that, where a tick is 100 ms: whether the session of a rank is updated in tick t. */
export function isAwakeInW8(rank: number, t: number): boolean {
  return t < SEND_TICKS || (rank + Math.floor(t / SEND_TICKS)) % PHASES === 0;
}
