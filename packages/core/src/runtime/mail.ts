import type { Block } from '../memory/block.js';
import type { Message } from '../session-api.js';
import type { RuntimeServices } from './services.js';

/** Messages between sessions: into the sender's outbox, out of the receiver's mailbox. */
export class Mail {
  readonly #services: RuntimeServices;
  constructor(services: RuntimeServices) {
    this.#services = services;
  }
  send(_block: Block, _row: number, _accountId: number, _opcode: number, _payload: Uint8Array | undefined): boolean {
    throw new Error(`SKELETON ${this.#services.seed}`);
  }
  receive(_block: Block, _row: number): Message | null {
    throw new Error('SKELETON');
  }
}
