import { DormouseError, messageOf } from '../errors.js';
import { Column } from '../layout/geometry.js';
import type { Block } from '../memory/block.js';
import type { SessionTable } from '../memory/session-table.js';
import type { Session } from '../session-api.js';

// biome-ignore lint/suspicious/noExplicitAny: hooks of any behaviour
export type Hook = (session: Session<any>, argument: any) => void;

/** Runs hooks on the main thread, and must know of all blocks: the calling thread's participant. */
export interface HookRunner {
  addBlock(block: Block): void;
  dropBlock(blockIndex: number): void;
  /** True if the hook has sent a packet. What the hook throws comes through. */
  callHook(block: Block, row: number, hook: Hook, argument: unknown): boolean;
}

/** The `create` and `release` hooks that are running: one may cause another. Main thread only. */
export class SessionHooks {
  readonly #runner: HookRunner;
  readonly #table: SessionTable;
  /** Slots of sessions in their hooks, the innermost last. */
  readonly #slots: number[] = [];

  constructor(runner: HookRunner, table: SessionTable) {
    this.#runner = runner;
    this.#table = table;
  }

  get areRunning(): boolean {
    return this.#slots.length > 0;
  }

  /** True while a hook of this slot's session runs. */
  includes(slot: number): boolean {
    return this.#slots.includes(slot);
  }

  /** Calls a hook; what it throws becomes `ERR_SESSION_HOOK`. */
  call(block: Block, row: number, hook: Hook, argument: unknown, name: 'create' | 'release'): void {
    try {
      this.within(block.firstSlot + row, () => {
        if (this.#runner.callHook(block, row, hook, argument)) this.#table.outboundFlags[block.blockIndex] = 1;
      });
    } catch (cause) {
      const accountId = block.page[Column.account + row] >>> 0;
      throw new DormouseError('ERR_SESSION_HOOK', `the ${name} hook failed for account ${accountId}: ${messageOf(cause)}`, {
        cause,
        accountId,
      });
    }
  }

  /** Does something for a session that counts as part of a hook of it. */
  within(slot: number, work: () => void): void {
    this.#slots.push(slot);
    try {
      work();
    } finally {
      this.#slots.pop();
    }
  }
}
