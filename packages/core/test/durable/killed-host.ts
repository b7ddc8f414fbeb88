import { expect } from 'vitest';
import { ManualClock } from '../../src/testing/manual-clock.js';
import { accounts } from '../manager/test-manager.js';
import { Disk, type DiskStore } from './disk-fixture.js';
import { type KeeperHandle, type KeeperManager, startKeeper, turn } from './durable-fixture.js';

/** In an account's history: it has no session. */
const GONE = 0;
const MOST_ACCOUNTS = 240;
/** So many have a session at first: more than are encoded by the host alone. */
const FIRST_SESSIONS = 200;

/** What an account's session was, one after the other, since it was last certain what the store has of it. */
class History {
  #entries = [GONE];
  /** Number of the first entry that is left. */
  #first = 0;

  get last(): number {
    return this.#first + this.#entries.length - 1;
  }

  get entries(): readonly number[] {
    return this.#entries;
  }

  add(value: number): void {
    this.#entries.push(value);
  }

  /** What was before this entry cannot come back. */
  forgetBefore(entry: number): void {
    if (entry <= this.#first) return;
    this.#entries.splice(0, entry - this.#first);
    this.#first = entry;
  }

  /** This is what came back. */
  restart(value: number): void {
    this.#first = this.last + 1;
    this.#entries = [value];
  }
}

/**
 * A host that does things at random, and whose process dies at random, beside what it must find then. The host gives sessions values, never twice the same; those of odd
 * accounts count their updates as well, those of even ones do nothing. 0 ≤ `random()` < 1.
 */
export class KilledHost {
  deaths = 0;
  acknowledged = 0;
  readonly #disk = new Disk();
  readonly #clock = new ManualClock();
  readonly #random: () => number;
  readonly #histories = new Map(accounts(MOST_ACCOUNTS).map((accountId) => [accountId, new History()]));
  #manager!: KeeperManager;
  #store!: DiskStore;
  #lastValue = 0;

  constructor(random: () => number) {
    this.#random = random;
  }

  async start(): Promise<void> {
    await this.#open();
    for (let accountId = 1; accountId <= FIRST_SESSIONS; accountId++) this.#change(accountId, undefined);
  }

  async #open(): Promise<void> {
    const update = ({ state, accountId }: { state: { steps: number }; accountId: number }): void => {
      if (accountId % 2 === 1) state.steps += 1;
    };
    const settings = { clock: this.#clock, resume: true, checkpointEveryMs: 5000, sessionCeiling: 256, enableAutoHibernation: false };
    const { manager, store } = await startKeeper(this.#disk, { update }, settings);
    this.#manager = manager;
    this.#store = store;
  }

  /** Does one thing, whatever it is. */
  async step(): Promise<void> {
    const accountId = 1 + this.#below(MOST_ACCOUNTS);
    const handle = this.#manager.getSession(accountId);
    const what = this.#below(100);
    if (what < 16) this.#change(accountId, handle);
    else if (what < 30) handle?.hibernate();
    else if (what < 40) handle?.wake();
    else if (what < 44) this.#release(handle);
    else if (what < 50) this.#place(handle);
    else if (what < 68) await this.#manager.updateAllSessions(1);
    else if (what < 78) await turn();
    else if (what < 83) this.#clock.advance(this.#below(3000));
    else if (what < 85) await this.#manager.optimizeMemoryLayout();
    else if (what < 89) this.#store.turns = this.#below(4);
    else if (what < 91) this.#fail();
    else if (what < 94) void this.#checkpoint();
    else if (what < 98) await this.#checkpoint();
    else await this.die();
  }

  /** The process dies, and another one goes on with what is on the disk. */
  async die(): Promise<void> {
    this.deaths++;
    this.#store.kill();
    await this.#open();
    const found = new Map([...this.#manager.sessions()].map((handle) => [handle.accountId, handle]));
    // One record each: `byAccount` throws where there are two.
    expect([...this.#disk.byAccount().keys()].sort(ascending)).toEqual([...found.keys()].sort(ascending));
    for (const [accountId, history] of this.#histories) {
      const value = this.#valueOf(found.get(accountId));
      if (!history.entries.includes(value)) expect({ accountId, value }).toEqual({ accountId, value: history.entries });
      history.restart(value);
    }
  }

  /** What a session has come back with. */
  #valueOf(handle: KeeperHandle | undefined): number {
    if (handle === undefined) return GONE;
    const wasAsleep = handle.status === 'hibernated';
    if (wasAsleep) handle.wake();
    const { accountId, updateCount, mapId, state } = handle;
    const { value, steps } = state;
    // Fields and counters are of the same moment.
    if (accountId % 2 === 1) expect([accountId, steps]).toEqual([accountId, updateCount]);
    expect(mapId).toBeLessThan(5);
    if (wasAsleep) handle.hibernate();
    return value;
  }

  #change(accountId: number, handle: KeeperHandle | undefined): void {
    const value = ++this.#lastValue;
    if (handle === undefined) this.#manager.createSession(accountId, { init: value });
    else if (handle.status === 'active') handle.state.value = value;
    else return;
    this.#histories.get(accountId)?.add(value);
  }

  #release(handle: KeeperHandle | undefined): void {
    if (handle?.release()) this.#histories.get(handle.accountId)?.add(GONE);
  }

  #place(handle: KeeperHandle | undefined): void {
    if (handle === undefined) return;
    if (this.#random() < 0.5) handle.mapId = this.#below(5);
    else handle.groupId = this.#below(5);
  }

  #fail(): void {
    const store = this.#store;
    const error = store.putError === undefined && store.flushError === undefined ? new Error('disk full') : undefined;
    store.putError = this.#random() < 0.5 ? error : undefined;
    store.flushError = store.putError === undefined ? error : undefined;
  }

  /** When it is done, nothing that was before it was asked for can come back. */
  async #checkpoint(): Promise<void> {
    const store = this.#store;
    const before = [...this.#histories].map(([accountId, history]) => [accountId, history.last] as const);
    try {
      await this.#manager.checkpoint();
    } catch {
      return;
    }
    // Its process may have died between the acknowledgement and this.
    if (store !== this.#store) return;
    this.acknowledged++;
    for (const [accountId, entry] of before) this.#histories.get(accountId)?.forgetBefore(entry);
  }

  #below(most: number): number {
    return Math.floor(this.#random() * most);
  }
}

function ascending(a: number, b: number): number {
  return a - b;
}
