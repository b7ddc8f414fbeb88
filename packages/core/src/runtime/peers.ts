import type { AnyBehavior } from '../behavior.js';
import type { Block } from '../memory/block.js';
import type { Peer } from '../session-api.js';
import type { RuntimeServices } from './services.js';

/** Other sessions' published fields, and what the host shares with all. */
export class Peers {
  readonly #services: RuntimeServices;
  constructor(services: RuntimeServices) {
    this.#services = services;
  }
  find(_block: Block, _row: number, _accountId: number, _behavior: AnyBehavior | undefined): Peer<never> | null {
    throw new Error(`SKELETON ${this.#services.seed}`);
  }
  all(_block: Block, _row: number, _behavior: AnyBehavior | undefined): Iterable<Peer<never>> {
    throw new Error('SKELETON');
  }
  shared(_name: string): ArrayBufferView {
    throw new Error('SKELETON');
  }
}
