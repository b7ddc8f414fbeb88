import { INBOUND_BYTES, INBOUND_OPCODE, INBOUND_WORDS } from '../arithmetic/packets.js';
import { START_MS } from '../arithmetic/random.js';
import { hotspotBegin, hotspotWidth } from '../arithmetic/skew.js';
import { isIdle, isLookTick } from '../arithmetic/sleep.js';
import type { Arm, ArmSetup, FinalSession, InboundPackets, PacketSink } from '../compare/contender.js';
import { stepsOf } from '../workloads.js';
import { type Bot, Tick } from './bot.js';
import { type HotspotBot, makeBot, type PacketBot, type SleepyBot, type TalkingBot, TraderBot } from './bots.js';

/** Bots in one array, updated one after the other. */
class PlainFleet<B extends Bot> implements Arm {
  protected readonly bots: readonly B[];
  readonly #diffMs: number;

  constructor(bots: readonly B[], { diffMs }: ArmSetup) {
    this.bots = bots;
    this.#diffMs = diffMs;
  }

  tick(t: number, _inbound: InboundPackets | null): void {
    updateAll(this.bots, this.at(t));
  }

  *sessions(): Generator<FinalSession> {
    for (const bot of this.bots) {
      const { updateCount, x, y, vx, vy, hp, targetX, targetY, rng, packetsIn, packetsOut, bytesIn, bytesOut } = bot;
      const values = { updateCount, x, y, vx, vy, hp, targetX, targetY, rng: rng >>> 0, packetsIn, packetsOut, bytesIn, bytesOut };
      yield bot instanceof TraderBot ? { ...values, belongings: bot } : values;
    }
  }

  async close(): Promise<void> {}

  protected at(t: number): Tick {
    return new Tick(START_MS + this.#diffMs * (t + 1), this.#diffMs);
  }
}

/** W2: before a tick each bot gets its packet, after it what they have sent is taken. */
class TalkingFleet extends PlainFleet<TalkingBot> {
  readonly #sink: PacketSink;

  constructor(bots: readonly TalkingBot[], setup: ArmSetup, sink: PacketSink) {
    super(bots, setup);
    this.#sink = sink;
  }

  override tick(t: number, inbound: InboundPackets | null): void {
    if (inbound !== null)
      for (let i = 0; i < inbound.count; i++) give(this.bots[inbound.ranks === null ? i : inbound.ranks[i]], inbound, i);
    super.tick(t, inbound);
    for (const { outbox } of this.bots) {
      const { words, head } = outbox;
      for (let at = 0; at < head; at += ((words[at] >>> 16) + 7) >> 2) this.#sink.take(words, at + 1);
      outbox.head = 0;
    }
  }
}

/** W7: the hotspot moves now and then, and its bots are told. */
class HotspotFleet extends PlainFleet<HotspotBot> {
  #begin = 0;
  #width = 0;

  override tick(t: number, inbound: InboundPackets | null): void {
    const { length } = this.bots;
    const begin = hotspotBegin(t, length);
    if (this.#width === 0 || begin !== this.#begin) {
      this.#heat(false);
      this.#begin = begin;
      this.#width = hotspotWidth(length);
      this.#heat(true);
    }
    super.tick(t, inbound);
  }

  #heat(isHot: boolean): void {
    for (let i = 0; i < this.#width; i++) this.bots[(this.#begin + i) % this.bots.length].isHot = isHot;
  }
}

/** W8: a list of those awake, which alone are visited. */
class SleepyFleet extends PlainFleet<SleepyBot> {
  #awake: SleepyBot[] = [...this.bots];

  override tick(t: number, inbound: InboundPackets | null): void {
    if (inbound !== null) {
      for (let i = 0; i < inbound.count; i++) {
        const bot = this.bots[inbound.ranks === null ? i : inbound.ranks[i]];
        if (bot.isAsleep) this.#awake.push(bot);
        bot.isAsleep = false;
        give(bot, inbound, i);
      }
    }
    const tick = this.at(t);
    updateAll(this.#awake, tick);
    if (!isLookTick(t)) return;
    for (const bot of this.#awake) bot.isAsleep = isIdle(tick.nowMs, bot.lastPacketMs);
    this.#awake = this.#awake.filter((bot) => !bot.isAsleep);
  }
}

/** A function of its own: V8 compiles the loop by itself, whatever it makes of what is around it. */
function updateAll(bots: readonly Bot[], tick: Tick): void {
  for (let i = 0; i < bots.length; i++) bots[i].update(tick);
}

/** Copies the driver's packet `index` into a bot's inbox. */
function give(bot: PacketBot, { words }: InboundPackets, index: number): void {
  const { inbox } = bot;
  const at = inbox.claim(INBOUND_OPCODE, INBOUND_BYTES);
  if (at < 0) {
    bot.dropped++;
    return;
  }
  const from = index * INBOUND_WORDS;
  for (let j = 0; j < INBOUND_WORDS; j++) inbox.words[at + j] = words[from + j];
}

/** Opens all bots of a workload. */
export function openPlainFleet(setup: ArmSetup, sink: PacketSink): Arm {
  const { workload, sessions } = setup;
  const bots = Array.from({ length: sessions }, (_, rank) => makeBot(workload, rank, stepsOf(workload, rank, sessions)));
  if (workload === 'W2') return new TalkingFleet(bots as TalkingBot[], setup, sink);
  if (workload === 'W7') return new HotspotFleet(bots as HotspotBot[], setup);
  return workload === 'W8' ? new SleepyFleet(bots as SleepyBot[], setup) : new PlainFleet(bots, setup);
}
