import { type OwnBelongings, trade } from '../arithmetic/items.js';
import { BRIEF_BYTES, briefByteSum, byteSum, OUTBOUND_BYTES, OUTBOUND_OPCODE } from '../arithmetic/packets.js';
import { START_MS, xs } from '../arithmetic/random.js';
import { round } from '../arithmetic/rounding.js';
import { MANY_STEPS } from '../arithmetic/skew.js';
import type { ComparedWorkload, JournalEntry } from '../compare/contender.js';
import { Bot, type Tick } from './bot.js';
import { PacketRing } from './packet-ring.js';

/** W0. */
class IdleBot extends Bot {
  update(tick: Tick): void {
    this.mark(tick);
  }
}

/** W1. */
class LightBot extends Bot {
  update(tick: Tick): void {
    this.mark(tick);
    this.step(tick, this.hp);
  }
}

/** W3, W4 and W6. */
class HeavyBot extends Bot {
  readonly repeat: number = 1;

  constructor(rank: number, repeat: number) {
    super(rank);
    this.repeat = repeat;
  }

  update(tick: Tick): void {
    this.mark(tick);
    this.walk(this.repeat, tick);
  }
}

/** W7: whoever moves the hotspot says who is in it. */
export class HotspotBot extends Bot {
  isHot = false;

  update(tick: Tick): void {
    this.mark(tick);
    if (this.isHot) this.walk(MANY_STEPS, tick);
    else this.step(tick, this.hp);
  }
}

/** What has packets. */
export abstract class PacketBot extends Bot {
  readonly inbox = new PacketRing();
  lastPacketMs = START_MS;

  /** Takes all packets; gives the health after them. */
  protected drain({ nowMs }: Tick): number {
    const { inbox } = this;
    let health = this.hp;
    if (inbox.head === 0) return health;
    const { words, head } = inbox;
    for (let at = 0; at < head; ) {
      const bytes = words[at] >>> 16;
      const sum = bytes <= BRIEF_BYTES ? briefByteSum(words, at + 1, bytes) : byteSum(words, at + 1, bytes);
      health = round(health + round((sum & 1023) / 1024));
      this.packetsIn++;
      this.bytesIn += bytes;
      at += (bytes + 7) >> 2;
    }
    inbox.head = 0;
    this.lastPacketMs = nowMs;
    return health;
  }
}

/** W2. */
export class TalkingBot extends PacketBot {
  readonly outbox = new PacketRing();

  update(tick: Tick): void {
    this.mark(tick);
    this.step(tick, this.drain(tick));
    const { outbox } = this;
    const at = outbox.claim(OUTBOUND_OPCODE, OUTBOUND_BYTES);
    if (at < 0) {
      this.dropped++;
      return;
    }
    const { words, floats } = outbox;
    floats[at] = this.x;
    floats[at + 1] = this.y;
    words[at + 2] = this.accountId;
    words[at + 3] = this.updateCount;
    this.packetsOut++;
    this.bytesOut += OUTBOUND_BYTES;
  }
}

/** W8. */
export class SleepyBot extends PacketBot {
  isAsleep = false;

  update(tick: Tick): void {
    this.mark(tick);
    this.step(tick, this.drain(tick));
  }
}

/** W5. */
export class TraderBot extends Bot implements OwnBelongings {
  title = '';
  readonly inventory = new Map<string, number>();
  readonly journal: JournalEntry[] = [];

  update(tick: Tick): void {
    this.mark(tick);
    this.rng = xs(this.rng);
    trade(this, this.accountId, this.updateCount, this.rng);
  }
}

/** Makes the bot of a rank; `repeat`: its steps, where a workload makes many. */
export function makeBot(workload: ComparedWorkload, rank: number, repeat: number): Bot {
  switch (workload) {
    case 'W0':
      return new IdleBot(rank);
    case 'W1':
      return new LightBot(rank);
    case 'W2':
      return new TalkingBot(rank);
    case 'W5':
      return new TraderBot(rank);
    case 'W7':
      return new HotspotBot(rank);
    case 'W8':
      return new SleepyBot(rank);
    default:
      return new HeavyBot(rank, repeat);
  }
}
