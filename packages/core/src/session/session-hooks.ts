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

export type HookName = 'create' | 'release' | 'hibernate';

/** The hooks of sessions that are running: one may cause another. Main thread only. */
export class SessionHooks {
  readonly #runner: HookRunner;
  readonly #table: SessionTable;
  /** Slots of sessions in their hooks, the innermost last; and which hooks these are. */
  readonly #slots: number[] = [];
  readonly #names: HookName[] = [];

  constructor(runner: HookRunner, table: SessionTable) {
    this.#runner = runner;
    this.#table = table;
  }

  get areRunning(): boolean {
    return this.#slots.length > 0;
  }

  /** What hook of this slot's session runs, the innermost of them; undefined if none does. */
  nameOf(slot: number): HookName | undefined {
    const at = this.#slots.lastIndexOf(slot);
    return at === -1 ? undefined : this.#names[at];
  }

  /** Calls a hook; what it throws becomes `ERR_SESSION_HOOK`. */
  call(block: Block, row: number, hook: Hook, argument: unknown, name: HookName): void {
    try {
      this.within(block.firstSlot + row, name, () => {
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
  within(slot: number, name: HookName, work: () => void): void {
    this.#slots.push(slot);
    this.#names.push(name);
    try {
      work();
    } finally {
      this.#slots.pop();
      this.#names.pop();
    }
  }
}
