import { trade } from '../arithmetic/items.js';
import { EPSILON, REGEN } from '../arithmetic/motion.js';
import { byteSum, OUTBOUND_BYTES, OUTBOUND_OPCODE } from '../arithmetic/packets.js';
import { arena, FIRST_ACCOUNT, START_MS, xs } from '../arithmetic/random.js';
import { round } from '../arithmetic/rounding.js';
import { hotspotBegin, hotspotWidth, MANY_STEPS } from '../arithmetic/skew.js';
import type { ComparedWorkload } from '../compare/contender.js';
import type { Bot, Correspondent, Owner } from './bot.js';

const OUTBOUND_HEADER = OUTBOUND_OPCODE | (OUTBOUND_BYTES << 16);
const OUTBOUND_WORDS = 1 + OUTBOUND_BYTES / 4;

/** Updates of sessions that are objects: the same code wherever they live. */
export class BotUpdates {
  readonly #workload: ComparedWorkload;
  readonly #sessions: number;
  readonly #diffMs: number;
  readonly #dt: number;
  readonly #steer: number;
  readonly #regen: number;

  constructor(workload: ComparedWorkload, sessions: number, diffMs: number) {
    this.#workload = workload;
    this.#sessions = sessions;
    this.#diffMs = diffMs;
    this.#dt = round(diffMs / 1000);
    this.#steer = round(4 * this.#dt);
    this.#regen = round(round(REGEN) * this.#dt);
  }

  /**
   * Hands over packets, before the update that they belong to: records of the position among `bots`, opcode and length, payload. Health is between two
   * operations until that update stores it.
   */
  deliver(bots: readonly Correspondent[], inbox: Int32Array, words: number): void {
    for (let at = 0; at < words; ) {
      const bot = bots[inbox[at]];
      const bytes = inbox[at + 1] >>> 16;
      bot.hp = round(bot.hp + round((byteSum(inbox, at + 2, bytes) & 1023) / 1024));
      bot.packetsIn++;
      bot.bytesIn += bytes;
      at += 2 + ((bytes + 3) >> 2);
    }
  }

  /** Updates each of `bots` once, in tick t. */
  run(bots: readonly Bot[], t: number): void {
    const nowMs = START_MS + this.#diffMs * (t + 1);
    switch (this.#workload) {
      case 'W0':
        for (const bot of bots) mark(bot, nowMs);
        return;
      case 'W1':
      case 'W2':
      case 'W8':
        for (const bot of bots) {
          mark(bot, nowMs);
          this.#step(bot);
        }
        return;
      case 'W5':
        for (const bot of bots as readonly Owner[]) {
          mark(bot, nowMs);
          this.#trade(bot);
        }
        return;
      case 'W7':
        this.#moveAroundHotspot(bots, t, nowMs);
        return;
      default:
        for (const bot of bots) {
          mark(bot, nowMs);
          this.#walk(bot, bot.steps);
        }
    }
  }

  /** Each of `bots` sends its packet of W2: a record of opcode and length, payload. Gives how many words that are in `outbox`. */
  emit(bots: readonly Correspondent[], outbox: Int32Array, floats: Float32Array): number {
    let at = 0;
    for (const bot of bots) {
      outbox[at] = OUTBOUND_HEADER;
      floats[at + 1] = bot.x;
      floats[at + 2] = bot.y;
      outbox[at + 3] = bot.accountId;
      outbox[at + 4] = bot.updateCount;
      at += OUTBOUND_WORDS;
      bot.packetsOut++;
      bot.bytesOut += OUTBOUND_BYTES;
    }
    return at;
  }

  #trade(bot: Owner): void {
    bot.rng = xs(bot.rng);
    trade(bot, bot.accountId, bot.updateCount, bot.rng);
  }

  #moveAroundHotspot(bots: readonly Bot[], t: number, nowMs: number): void {
    const sessions = this.#sessions;
    const begin = hotspotBegin(t, sessions);
    const width = hotspotWidth(sessions);
    for (const bot of bots) {
      mark(bot, nowMs);
      const behind = bot.accountId - FIRST_ACCOUNT - begin;
      this.#walk(bot, (behind < 0 ? behind + sessions : behind) < width ? MANY_STEPS : 1);
    }
  }

  /** Written out: as a walk of one step, an update in binary32 takes a third longer. */
  #step(bot: Bot): void {
    const { x, y } = bot;
    let dx = round(bot.targetX - x);
    let dy = round(bot.targetY - y);
    let d2 = round(round(dx * dx) + round(dy * dy));
    if (d2 < 1) {
      bot.rng = xs(bot.rng);
      bot.targetX = arena(bot.rng);
      bot.rng = xs(bot.rng);
      bot.targetY = arena(bot.rng);
      dx = round(bot.targetX - x);
      dy = round(bot.targetY - y);
      d2 = round(round(dx * dx) + round(dy * dy));
    }
    const inv = round(7 / round(round(Math.sqrt(d2)) + round(EPSILON)));
    const vx = round(bot.vx + round(round(round(dx * inv) - bot.vx) * this.#steer));
    const vy = round(bot.vy + round(round(round(dy * inv) - bot.vy) * this.#steer));
    const hp = round(bot.hp + round(round(100 - bot.hp) * this.#regen));
    // Fields are of binary32, in either arithmetic.
    bot.vx = Math.fround(vx);
    bot.vy = Math.fround(vy);
    bot.x = Math.fround(x + round(vx * this.#dt));
    bot.y = Math.fround(y + round(vy * this.#dt));
    bot.hp = Math.fround(hp - round(round(round(vx * vx) + round(vy * vy)) * round(EPSILON)));
  }

  /** Many steps, between which nothing is stored. */
  #walk(bot: Bot, steps: number): void {
    const dt = this.#dt;
    const steer = this.#steer;
    const regen = this.#regen;
    let { x, y, vx, vy, hp, targetX, targetY, rng } = bot;
    for (let left = steps; left > 0; left--) {
      let dx = round(targetX - x);
      let dy = round(targetY - y);
      let d2 = round(round(dx * dx) + round(dy * dy));
      if (d2 < 1) {
        rng = xs(rng);
        targetX = arena(rng);
        rng = xs(rng);
        targetY = arena(rng);
        dx = round(targetX - x);
        dy = round(targetY - y);
        d2 = round(round(dx * dx) + round(dy * dy));
      }
      const inv = round(7 / round(round(Math.sqrt(d2)) + round(EPSILON)));
      vx = round(vx + round(round(round(dx * inv) - vx) * steer));
      vy = round(vy + round(round(round(dy * inv) - vy) * steer));
      x = round(x + round(vx * dt));
      y = round(y + round(vy * dt));
      hp = round(hp + round(round(100 - hp) * regen));
      hp = round(hp - round(round(round(vx * vx) + round(vy * vy)) * round(EPSILON)));
    }
    bot.x = Math.fround(x);
    bot.y = Math.fround(y);
    bot.vx = Math.fround(vx);
    bot.vy = Math.fround(vy);
    bot.hp = Math.fround(hp);
    bot.targetX = targetX;
    bot.targetY = targetY;
    bot.rng = rng;
  }
}

/** What every update does. In the loop of each workload: a loop of its own would fetch every object twice. */
function mark(bot: Bot, nowMs: number): void {
  bot.updateCount++;
  bot.lastUpdateMs = nowMs;
}
