import type { Block } from '../memory/block.js';
import type { HandOver } from '../memory/hand-over.js';
import type { PacketHandler } from '../memory/packet-handler.js';
import type { InputObserver, InputTap } from '../recording/observer.js';
import type { HookRunner } from '../session/session-hooks.js';
import type { SessionStore } from '../session/store.js';
import type { Seats } from './seats.js';

/**
 * Runs hooks as the calling thread's participant does; each is a moment for whoever observes the manager's inputs. Has all participants know
 * the blocks.
 */
export class ObservedHooks implements HookRunner {
  readonly #runner: HookRunner;
  readonly #seats: Seats;
  readonly #inputs: InputTap;

  constructor(runner: HookRunner, seats: Seats, inputs: InputTap) {
    this.#runner = runner;
    this.#seats = seats;
    this.#inputs = inputs;
  }

  addBlock(block: Block): void {
    this.#runner.addBlock(block);
    this.#seats.blockAdded(block);
  }

  dropBlock(blockIndex: number): void {
    this.#runner.dropBlock(blockIndex);
    this.#seats.blockDropped(blockIndex);
  }

  callHook(...call: Parameters<HookRunner['callHook']>): boolean {
    try {
      return this.#runner.callHook(...call);
    } finally {
      this.#inputs.observer?.moment();
    }
  }
}

/** Hands out all packets because the host asked for them: its handler's doings are inputs, and which packets it took is one. */
export function drainObserved(store: SessionStore, handler: PacketHandler, observer: InputObserver | undefined): number {
  if (observer === undefined) return store.outbound.drain(handler);
  observer.draining();
  return takeObserved(store, handler, observer, true);
}

/** Hands out all packets at the end of a tick: that goes without saying, unless the handler ends it. Who observes is told of each by itself. */
export function handOut(store: SessionStore, { one, together }: HandOver, observer: InputObserver | undefined): void {
  if (observer !== undefined) takeObserved(store, one, observer, false);
  else if (together !== undefined) store.outbound.drainTogether(together);
  else store.outbound.drain(one);
}

function takeObserved(store: SessionStore, handler: PacketHandler, observer: InputObserver, tellsCount: boolean): number {
  const before = store.rings.packetsOut;
  try {
    store.outbound.drain((accountId, packet) => {
      try {
        return handler(accountId, packet);
      } finally {
        observer.moment();
      }
    });
  } catch (error) {
    observer.drained(store.rings.packetsOut - before, true);
    throw error;
  }
  const count = store.rings.packetsOut - before;
  if (tellsCount) observer.drained(count, false);
  return count;
}
