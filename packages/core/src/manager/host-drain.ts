import { DormouseError } from '../errors.js';
import type { PacketHandler } from '../memory/packet-handler.js';
import type { InputTap } from '../recording/observer.js';
import type { SessionStore } from '../session/store.js';
import type { TickClock } from '../session/tick-clock.js';
import { drainObserved } from './observed-calls.js';
import { type TickEngine, tickInFlight } from './tick-engine.js';

export interface DrainParts {
  readonly store: SessionStore;
  readonly clock: TickClock;
  readonly ticks: TickEngine;
  readonly inputs: InputTap;
}

/** Hands packets out when the host asks for them, between ticks: see `SessionManager.drainOutbound`. */
export class HostDrain {
  /** True while the host's handler is called. */
  isUnderWay = false;
  readonly #parts: DrainParts;

  constructor(parts: DrainParts) {
    this.#parts = parts;
  }

  run(handler: PacketHandler): number {
    const { store, clock, ticks, inputs } = this.#parts;
    if (ticks.phase !== 'idle') throw tickInFlight(clock, 'packets cannot be drained');
    if (this.isUnderWay) throw new DormouseError('ERR_PACKET_HANDLER', 'drainOutbound was called from its own handler');
    this.isUnderWay = true;
    try {
      return drainObserved(store, handler, inputs.observer);
    } finally {
      this.isUnderWay = false;
    }
  }
}
