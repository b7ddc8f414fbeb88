import { xs } from './random.js';

/** Steps of a session of W4 in each tick, and of one of W7 within the hotspot. */
export const MANY_STEPS = 200;

const HOTSPOT_SHARE = 50;
/** Ticks that it stays for. */
export const HOTSPOT_TICKS = 10;
const HOTSPOT_STRIDE = 7919;

/** Steps of W3 for the session of rank `i` by account id among `sessions`: heavy ones first and adjacent. */
export function repeatOf(rank: number, sessions: number): number {
  return Math.min(Math.max(Math.floor(Math.floor(sessions / (rank + 1)) / 8), 1), 4096);
}

/** Steps of W6: a power of two up to 4096, each half as frequent as the one before, at random over the accounts. */
export function randomRepeatOf(accountId: number): number {
  const mixed = (Math.imul(accountId, 0x9e37_79b1) + 0x85eb_ca6b) | 0;
  return 2 ** Math.min(12, Math.clz32(xs(xs(mixed || 1))));
}

/** Where the hotspot of W7 begins in tick t: the rank of its first session. It goes on behind the last one with the first. */
export function hotspotBegin(t: number, sessions: number): number {
  return (Math.floor(t / HOTSPOT_TICKS) * HOTSPOT_STRIDE) % sessions;
}

/** How many sessions it has. */
export function hotspotWidth(sessions: number): number {
  return Math.max(1, Math.floor(sessions / HOTSPOT_SHARE));
}

/** Steps of W7 for the session of a rank, where the hotspot begins at `begin` and is `width` wide. */
export function stepsFrom(begin: number, width: number, rank: number, sessions: number): number {
  const distance = rank - begin;
  return (distance < 0 ? distance + sessions : distance) < width ? MANY_STEPS : 1;
}

/** The same in tick t, for whoever has not looked for the hotspot once a tick. */
export function stepsInHotspot(rank: number, t: number, sessions: number): number {
  return stepsFrom(hotspotBegin(t, sessions), hotspotWidth(sessions), rank, sessions);
}
