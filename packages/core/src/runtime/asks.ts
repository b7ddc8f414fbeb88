import type { Block } from '../memory/block.js';
import type { Answer } from '../session-api.js';
import type { RuntimeServices } from './services.js';

/** A session's requests to the host, and the host's answers. */
export class Asks {
  readonly #services: RuntimeServices;
  constructor(services: RuntimeServices) {
    this.#services = services;
  }
  ask(_block: Block, _row: number, _topic: string, _value: unknown): number {
    throw new Error(`SKELETON ${this.#services.seed}`);
  }
  take<T>(_block: Block, _row: number, _topic: string): Iterable<Answer<T>> {
    throw new Error('SKELETON');
  }
}
