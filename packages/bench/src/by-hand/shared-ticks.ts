import { START_MS } from '../arithmetic/random.js';
import { isLookTick } from '../arithmetic/sleep.js';
import type { ArmSetup, InboundPackets, PacketSink } from '../compare/contender.js';
import { AwakeList } from './awake-list.js';
import { Hotspot } from './hotspot.js';
import { collect, post, type SharedSessions } from './shared-sessions.js';

/** What the host does of a tick before and after its threads, whoever runs them: packets in and out, the hotspot, and who sleeps. */
export class SharedTicks {
  readonly awake: AwakeList;
  readonly #setup: ArmSetup;
  readonly #sink: PacketSink;
  readonly #shared: SharedSessions;
  readonly #hotspot: Hotspot;

  constructor(setup: ArmSetup, sink: PacketSink, shared: SharedSessions) {
    this.#setup = setup;
    this.#sink = sink;
    this.#shared = shared;
    this.awake = new AwakeList(shared.awake);
    this.#hotspot = new Hotspot(shared.columns.repeat);
  }

  before(t: number, inbound: InboundPackets | null): void {
    const { workload } = this.#setup;
    const { mail } = this.#shared;
    if (inbound !== null && mail !== null) {
      post(mail, inbound);
      if (workload === 'W8') for (const rank of inbound.ranks ?? []) this.awake.receive(rank, this.#nowMs(t));
    }
    if (workload === 'W7') this.#hotspot.move(t);
  }

  after(t: number): void {
    const { workload } = this.#setup;
    const { mail } = this.#shared;
    if (workload === 'W2' && mail !== null) collect(mail, this.#sink);
    if (workload === 'W8' && isLookTick(t)) this.awake.look(this.#nowMs(t));
  }

  #nowMs(t: number): number {
    return START_MS + this.#setup.diffMs * (t + 1);
  }
}
