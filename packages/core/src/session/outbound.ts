import { Column, ROW_BITS, ROW_MASK } from '../layout/geometry.js';
import type { OutboundRun } from '../memory/outbound-run.js';
import type { PacketBatchHandler } from '../memory/packet-batch.js';
import type { PacketHandler } from '../memory/packet-handler.js';
import { Senders } from './senders.js';
import type { SessionStore } from './store.js';

/** Hands outbound packets over. Main thread only. */
export class Outbound {
  readonly #store: SessionStore;
  readonly #senders: Senders;
  readonly #run: OutboundRun;

  /** Once the store has its pool. */
  constructor(store: SessionStore) {
    const { pool, table } = store;
    this.#store = store;
    this.#senders = Senders.outbound(store);
    const { slots, accounts } = this.#senders;
    this.#run = { slots, accounts, count: 0, blocks: pool.blocks, table, nowMs: 0, next: 0 };
  }

  /**
   * Every packet there is, by account id, each session's in order, now; returns how many. What the handler throws ends
   * it, the rest stays for the next time, as does what hooks of sessions send that the handler creates.
   */
  drain(handler: PacketHandler): number {
    const { rings, clock } = this.#store;
    const senders = this.#senders;
    const run = this.#run;
    const before = rings.packetsOut;
    run.count = senders.collect();
    run.slots = senders.slots;
    run.accounts = senders.accounts;
    run.nowMs = clock.nowMs;
    run.next = 0;
    try {
      while (run.next < run.count) {
        const number = run.next;
        rings.drainCells(run, handler);
        if (run.next !== number) continue;
        const block = run.blocks[run.slots[number] >> ROW_BITS];
        if (block !== undefined) rings.drainRun(block, run, handler);
        if (run.next === number) this.#drainNext(handler);
      }
    } catch (error) {
      senders.putBack(run.slots, run.next, run.count);
      throw error;
    }
    return rings.packetsOut - before;
  }

  /**
   * The same for a handler of many packets together: those that lie in cells, as many sessions' as follow each other; of other sessions, those of one. What sessions send while the
   * handler is called waits for the next time.
   */
  drainTogether(handler: PacketBatchHandler): number {
    const { rings, kernels, table } = this.#store;
    const { nowMs } = this.#store.clock;
    const { senderSlots, senderAccounts } = table;
    const senders = this.#senders;
    const before = rings.packetsOut;
    const count = senders.collect();
    const { slots, accounts } = senders;
    const most = slots === senderSlots ? count : senderSlots.length;
    let next = 0;
    try {
      while (next < count) {
        const first = next;
        const length = Math.min(most, count - first);
        // The kernel's lists: more senders than they have room for are given to it part by part.
        for (let i = 0; slots !== senderSlots && i < length; i++) {
          senderSlots[i] = slots[first + i];
          senderAccounts[i] = accounts[first + i];
        }
        table.mostSenders = Math.max(table.mostSenders, length);
        table.mostSent = Math.max(table.mostSent, length);
        for (let i = 0; i < length; next = first + i) {
          const behind = rings.takeCells(table, i, length, nowMs, kernels, handler);
          if (behind === i) this.#handOverNext(senderSlots[i], senderAccounts[i], nowMs, handler);
          i = behind === i ? i + 1 : behind;
        }
      }
    } catch (error) {
      senders.putBack(slots, next, count);
      throw error;
    }
    return rings.packetsOut - before;
  }

  #handOverNext(slot: number, accountId: number, nowMs: number, handler: PacketBatchHandler): void {
    const row = slot & ROW_MASK;
    const block = this.#run.blocks[slot >> ROW_BITS];
    // The handler may have released it, and another have come to its row.
    if (block === undefined || block.page[Column.account + row] >>> 0 !== accountId) return;
    if (block.page[Column.outbound + row] === 0) return;
    this.#run.table.doubles[block.firstActivity + row] = nowMs;
    this.#store.rings.drainTogether(block, row, handler);
  }

  /** One session, wherever its packets lie. */
  #drainNext(handler: PacketHandler): void {
    const run = this.#run;
    const slot = run.slots[run.next];
    const row = slot & ROW_MASK;
    const block = run.blocks[slot >> ROW_BITS];
    // The handler may have released it, and another have come to its row.
    if (
      block !== undefined &&
      block.page[Column.account + row] >>> 0 === run.accounts[run.next] &&
      block.page[Column.outbound + row] !== 0
    ) {
      run.table.doubles[block.firstActivity + row] = run.nowMs;
      this.#store.rings.drain(block, row, handler);
    }
    run.next++;
  }
}
