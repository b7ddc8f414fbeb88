import { setTimeout as sleep } from 'node:timers/promises';
import { FIGURES, herald, Order } from './behavior.mjs';

/** What was said to sessions before one of them was interrupted has been said by then. */
const LEFT_TICKS = 40;

/**
 * Threads that are ended, and what comes of it: the session that was being updated has done what no other side's has, and with it those that it
 * speaks to. They are left alone until they are quiet, and created anew on both sides; by then each packet must be accounted for.
 */
export class Interruptions {
  done = { kills: 0, killedBySession: 0, interrupted: 0, replacedThreads: 0 };
  /** First account of those that are left alone, and since which tick. */
  #left = new Map();
  #dismissedTick = Number.NEGATIVE_INFINITY;
  #parts;
  #killing;

  /** `reach`: so many accounts speak to one another. */
  constructor(parts) {
    this.#parts = parts;
  }

  get isQuiet() {
    return this.#left.size === 0;
  }

  /**
   * The report of the last tick is to be as on the other side. Not that after some were dismissed: it counts what they said when they went as well, which they draw by
   * chance, and who was interrupted before it drew has drawn once less.
   */
  get comparesReport() {
    return this.isQuiet && this.#parts.sides[0].tick > this.#dismissedTick + 1;
  }

  isLeft(accountId) {
    return this.#left.size > 0 && this.#left.has(accountId - (accountId % this.#parts.reach));
  }

  /** Ends a worker in the next tick or about it. */
  async kill(tick) {
    const { scheduler, threads, below, workers, sides } = this.#parts;
    const isWhole = () => scheduler.stats().participants.length >= workers;
    // One that is killed while it starts is a start that fails, which is another test's. A tick now and then: in them dead threads are replaced.
    for (let waits = 0; !isWhole(); await sleep(2)) if (waits++ % 50 === 0) await tick();
    this.done.kills++;
    if (below(2) === 0) {
      const accounts = [...sides[1].accounts.keys()].filter((accountId) => !this.isLeft(accountId));
      const accountId = accounts[below(accounts.length)];
      for (const side of sides) side.push(accountId, Order.die, 0, 0);
      this.done.killedBySession++;
      return;
    }
    const victim = [...threads][below(threads.size)];
    // Before the tick or somewhere in it.
    this.#killing = below(2) === 0 ? victim?.terminate() : sleep(below(3)).then(() => victim?.terminate());
  }

  /** What a tick has had of faults. */
  note(faults) {
    const [subject] = this.#parts.sides;
    for (const { accountId, error, discarded } of faults) {
      if (error.code === 'ERR_SESSION_INTERRUPTED') this.#interrupted(accountId, discarded);
      else if (!error.message.startsWith('told to fail')) subject.wrong(`account ${accountId} failed: ${error.stack}`);
    }
  }

  #interrupted(accountId, discarded) {
    const { sides, reach } = this.#parts;
    const [subject] = sides;
    const account = subject.accounts.get(accountId);
    if (reach === 0) subject.wrong(`account ${accountId} was interrupted, and no thread was ended`);
    if (account === undefined) return subject.wrong(`account ${accountId} was interrupted, and is not known of`);
    if (account.isInterrupted) subject.wrong(`account ${accountId} was reported twice`);
    account.isInterrupted = true;
    account.discarded += discarded.packets;
    subject.packets.discarded += discarded.packets;
    subject.packets.discardedRequests += discarded.requests;
    this.done.interrupted++;
    this.#left.set(accountId - (accountId % reach), subject.tick);
  }

  /** Those who are quiet on both sides go, and `create` has them begin anew. */
  heal(create) {
    const { sides, reach, scheduler } = this.#parts;
    this.done.replacedThreads = scheduler.stats().replacedThreads ?? 0;
    for (const [first, sinceTick] of this.#left) {
      const accountIds = Array.from({ length: reach }, (_, i) => first + i);
      const isCalm = sides.map((side) => this.#calm(side, accountIds)).every(Boolean);
      if (!isCalm || sides[0].tick - sinceTick < LEFT_TICKS) continue;
      for (const side of sides) dismiss(side, accountIds);
      this.#dismissedTick = sides[0].tick;
      this.#left.delete(first);
      create(accountIds);
    }
  }

  /** Awake, and nothing that they count has changed. */
  #calm(side, accountIds) {
    let isCalm = true;
    for (const accountId of accountIds) {
      const account = side.accounts.get(accountId);
      if (account === undefined) continue;
      const isChanged = side.manager.reviveSession(accountId) || side.manager.reactivateSession(accountId);
      const { state } = account.handle;
      const seen = FIGURES.map((name) => state[name]).join();
      isCalm &&= !isChanged && state.dozing === 0 && seen === account.seen;
      account.seen = seen;
    }
    return isCalm;
  }

  /** Nobody is ended any more; ticks until all have been looked through. */
  async end(tick, create) {
    await this.#killing;
    for (let ticks = 0; ticks < 2 || !this.isQuiet; ticks++) {
      if (ticks > 10 * LEFT_TICKS) return this.#parts.sides[0].wrong('those that were interrupted, and whom they speak to, are not quiet');
      await tick();
      this.heal(create);
    }
  }
}

/** Nothing is unread by now. Traders first: what heralds say when they go reaches heralds. */
function dismiss(side, accountIds) {
  const there = accountIds.filter((accountId) => side.accounts.has(accountId));
  const isHerald = (accountId) => side.accounts.get(accountId).handle.behavior === herald;
  const heralds = there.filter(isHerald);
  for (const accountId of there.filter((accountId) => !isHerald(accountId))) {
    side.bury(accountId, side.figuresOf(accountId));
    side.manager.releaseSession(accountId);
  }
  side.manager.releaseSessionBatch(heralds);
  side.readLedger();
  // What they had asked is not what those ask who come in their place, under the same numbers.
  for (const key of [...side.asks.keys()].filter((key) => accountIds.includes(Number(key.split(':')[0])))) side.answer(key);
}
