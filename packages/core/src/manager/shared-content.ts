import { type Shareable, sharedView } from '../memory/shared-buffers.js';
import type { InputTap } from '../recording/observer.js';
import type { RequestQueue } from './requests.js';
import type { Seats } from './seats.js';
import type { TickEngine } from './tick-engine.js';

export interface SharedContentParts {
  readonly seats: Seats;
  readonly queue: RequestQueue;
  readonly inputs: InputTap;
  readonly ticks: TickEngine;
}

/** What every thread has views of, by name. Main thread only. */
export class SharedContent {
  /** Handed to whoever attaches. */
  readonly views: Map<string, ArrayBufferView>;
  readonly #parts: SharedContentParts;

  constructor(views: Map<string, ArrayBufferView>, parts: SharedContentParts) {
    this.views = views;
    this.#parts = parts;
  }

  /** See `SessionManager.shared`. */
  share(name: string, source: Shareable): void {
    const { inputs, ticks, queue } = this.#parts;
    const view = sharedView(name, source, 'ERR_INVALID_ARGUMENT');
    const set = (): void => {
      inputs.observer?.shared(name, view);
      this.#set(name, view);
    };
    if (ticks.phase === 'idle') set();
    else queue.add('configure', 0, set);
  }

  /** As it was recorded: at once. */
  shareRecorded(name: string, source: Shareable): void {
    this.#set(name, sharedView(name, source, 'ERR_INVALID_ARGUMENT'));
  }

  #set(name: string, view: ArrayBufferView): void {
    this.views.set(name, view);
    this.#parts.seats.post({ kind: 'shared', name, view });
  }
}
