import type { Bot } from './bot-state.js';
import { GREETING } from './packets.js';

/** A bot looks around this often, in ticks' time: timer {@link LOOK}. */
export const LOOK_MS = 2000;
export const LOOK = 1;
/** Who is at most this far away is met. */
const NEAR_METRES = 8;
/** Who was met is not greeted again before this, in ticks' time. */
const AGAIN_MS = 60_000;
/** Acquaintances that are remembered; the one not met for longest is forgotten first. */
const REMEMBERED = 24;
/** The mountain is divided into squares of this side, each a map of its own: one looks at those on one's own map. */
const REGION_METRES = 100;
const REGIONS_A_ROW = 16;

/** The region, a map, that a place belongs to. */
export function regionOf(x: number, z: number): number {
  return 1 + Math.floor(x / REGION_METRES) + REGIONS_A_ROW * Math.floor(z / REGION_METRES);
}

/** Asks for another map when the bot has crossed the border of its region. */
export function stayInRegion(session: Bot): void {
  const { x, z } = session.state;
  const region = regionOf(x, z);
  if (session.mapId !== region) session.setMap(region);
}

/** Greets whoever is near and has not been met lately, and remembers them; returns how many. */
export function lookAround(session: Bot): number {
  const { x, z } = session.state;
  let greeted = 0;
  for (const peer of session.peers()) {
    const { accountId, state } = peer;
    if ((state.x - x) ** 2 + (state.z - z) ** 2 > NEAR_METRES ** 2 || hasMetLately(session, accountId)) continue;
    if (!session.sendTo(accountId, GREETING)) break;
    remember(session, accountId);
    greeted++;
  }
  return greeted;
}

/** Says hello, from afar, to the acquaintance that it has not met for longest: who sleeps wakes of it. */
export function speakToAFriend(session: Bot): void {
  const [friend] = session.state.met.value;
  if (friend !== undefined) session.sendTo(friend.account, GREETING);
}

/** Remembers whoever has sent a greeting. */
export function hearGreetings(session: Bot): void {
  for (let message = session.receiveMessage(); message !== null; message = session.receiveMessage()) {
    if (message.opcode === GREETING && !hasMetLately(session, message.sender)) remember(session, message.sender);
  }
}

function hasMetLately(session: Bot, account: number): boolean {
  const known = session.state.met.value.find((each) => each.account === account);
  return known !== undefined && session.tick.nowMs - known.lastMs < AGAIN_MS;
}

function remember(session: Bot, account: number): void {
  const { nowMs } = session.tick;
  session.state.met.edit((met) => {
    const at = met.findIndex((each) => each.account === account);
    const times = at === -1 ? 0 : met.splice(at, 1)[0].times;
    met.push({ account, times: times + 1, lastMs: nowMs });
    if (met.length > REMEMBERED) met.shift();
  });
}
