import { DormouseError, PushOutcome, SessionManager } from '@dormouse/core';
import { isNext } from '../stand.mjs';
import { ENTRY_WORDS, FIGURES, herald, LEDGER_WORDS, Sent, TOPIC, trader } from './behavior.mjs';

/** Released handles that are still pushed to. */
const MOST_STALE = 16;
const NO_FIGURES = Object.freeze(Object.fromEntries(FIGURES.map((name) => [name, 0])));

/** What a host knows of one session. */
class Account {
  /** Packets that its ring has taken; asked for while a tick was in flight; that it has sent; that went with an interruption. */
  pushed = 0;
  queued = 0;
  handedOut = 0;
  discarded = 0;
  isInterrupted = false;
  /** Tick of the last thing that the host has done to it. */
  touchedTick = 0;
  /** What it had counted when it last fell asleep, and in how many updates; a trader's. */
  figures;
  updateCount = -1;
  handle;

  constructor(handle) {
    this.handle = handle;
  }
}

/** One manager, with a ledger of all that goes into it and comes out of it. */
export class Side {
  manager;
  accounts = new Map();
  /** Handles of sessions that were released. */
  stale = [];
  /** What sessions have asked and nobody has answered yet, by account and number. */
  asks = new Map();
  /** Accounts that sessions were told to spawn. */
  awaited = new Set();
  /** Sums over all that is known of sessions that are gone, and over reports of ticks. */
  gone = { ...NO_FIGURES };
  packets = { pushed: 0, handedOut: 0, full: 0, stale: 0, discarded: 0, discardedRequests: 0 };
  told = { packetsIn: 0, packetsOut: 0, messagesDelivered: 0, messagesUnknown: 0, messagesFull: 0, asked: 0, answered: 0 };
  sleep = { fellAsleep: 0, woke: 0 };
  broadcast = 0;
  tick = 0;
  #name;
  #findings;
  #ledger = new Uint32Array(new SharedArrayBuffer(4 * LEDGER_WORDS), 0, LEDGER_WORDS);
  #payload = new Uint8Array(12);
  #words = new DataView(this.#payload.buffer, 0, 12);

  static async start(name, findings, settings) {
    const side = new Side();
    side.#name = name;
    side.#findings = findings;
    side.manager = await SessionManager.start({
      behaviors: [herald, trader],
      hibernationThresholdMinutes: 1,
      poolSize: 64,
      poolGrowth: 32,
      ringBytes: 2048,
      mailboxBytes: 1024,
      outboxBytes: 2048,
      shared: { ledger: side.#ledger },
      logger: false,
      onPacket: (accountId, packet) => side.#take(accountId, packet),
      ...settings,
    });
    // Answered when the run says so, and by no clock.
    side.manager.handle(TOPIC, ({ number }, { accountId, requestId }) => side.#asked(accountId, requestId, number), {
      concurrency: 65_536,
      timeoutMs: 0x7fff_ffff,
    });
    return side;
  }

  wrong(what) {
    this.#findings.wrong(`${this.#name}: ${what}`);
  }

  // -------------------------------------------------------------------------------------------------- what a host does

  /** What a call comes to, or the code of its refusal. */
  try(call) {
    try {
      return call();
    } catch (error) {
      if (!DormouseError.isInstance(error)) throw error;
      return error.code;
    }
  }

  create(accountIds, options) {
    return this.try(() => {
      const handles = this.manager.createSessionBatch(accountIds, options);
      for (const handle of handles) this.adopt(handle);
      return handles.length;
    });
  }

  adopt(handle) {
    const account = new Account(handle);
    account.touchedTick = this.tick;
    this.accounts.set(handle.accountId, account);
  }

  push(accountId, opcode, a, b) {
    const account = this.accounts.get(accountId);
    account.touchedTick = this.tick;
    this.#write(account.pushed + account.queued, a, b);
    const outcome = account.handle.push(opcode, this.#payload);
    if (outcome === PushOutcome.delivered) account.pushed++;
    else if (outcome === PushOutcome.queued) account.queued++;
    else if (outcome === PushOutcome.full) this.packets.full++;
    else this.wrong(`push to account ${accountId}: outcome ${outcome}`);
    if (outcome === PushOutcome.delivered) this.packets.pushed++;
    return outcome;
  }

  pushBatch(accountIds, opcode) {
    const accounts = accountIds.map((accountId) => this.accounts.get(accountId));
    const payloads = new Uint8Array(12 * accounts.length);
    accounts.forEach((account, i) => {
      account.touchedTick = this.tick;
      this.#write(account.pushed, 7, 7);
      payloads.set(this.#payload, 12 * i);
    });
    const outcomes = new Uint8Array(accounts.length);
    const handles = accounts.map(({ handle }) => handle);
    const count = this.manager.pushBatch(handles, opcode, payloads, 12, outcomes);
    accounts.forEach((account, i) => {
      if (outcomes[i] === PushOutcome.delivered) account.pushed++;
      else this.packets.full++;
    });
    this.packets.pushed += count;
    return [...outcomes];
  }

  /** To a session that is gone, whether its account has another or not. */
  pushStale(pick) {
    if (this.stale.length === 0) return undefined;
    const outcome = this.stale[pick % this.stale.length].push(1, this.#payload);
    if (outcome === PushOutcome.stale) this.packets.stale++;
    else this.wrong(`a push to a released session: outcome ${outcome}`);
    return outcome;
  }

  /** What a session has counted so far; undefined while it sleeps and has not told. */
  figuresOf(accountId) {
    const { handle, figures, updateCount, touchedTick } = this.accounts.get(accountId);
    if (!handle.isAsleep) return Object.fromEntries(FIGURES.map((name) => [name, handle.state[name]]));
    // The packet that tells may lie in its ring still, where the host has woken it, or put it to sleep, since the tick before.
    return handle.behavior === trader && touchedTick < this.tick && handle.updateCount === updateCount ? figures : undefined;
  }

  hibernate(accountIds) {
    return accountIds.map((accountId) => this.touched(accountId) && this.manager.hibernateSession(accountId));
  }

  wake(accountIds) {
    return accountIds.map((accountId) => this.touched(accountId) && this.manager.reactivateSession(accountId));
  }

  touched(accountId) {
    this.accounts.get(accountId).touchedTick = this.tick;
    return true;
  }

  /** Those of whom nothing is to be lost unseen: heralds, and traders that sleep and have told what they have counted. */
  releaseBatch(accountIds) {
    const ids = accountIds.filter((accountId) => this.mayGo(accountId));
    for (const accountId of ids) {
      const { handle } = this.accounts.get(accountId);
      if (handle.behavior === trader) this.bury(accountId, this.figuresOf(accountId));
    }
    const count = this.manager.releaseSessionBatch(ids);
    this.readLedger();
    return count;
  }

  mayGo(accountId) {
    const { handle } = this.accounts.get(accountId) ?? {};
    if (handle === undefined) return false;
    return handle.behavior === herald || (handle.isAsleep && this.figuresOf(accountId) !== undefined);
  }

  /** A session is gone: what went in must have been taken, what it has sent been handed out. */
  bury(accountId, figures) {
    const account = this.accounts.get(accountId);
    this.accounts.delete(accountId);
    for (const name of FIGURES) this.gone[name] += figures[name];
    // Spawned and gone before anybody has looked.
    if (account === undefined) return;
    this.stale.push(account.handle);
    if (this.stale.length > MOST_STALE) this.stale.shift();
    this.check(accountId, account, figures);
  }

  check(accountId, { pushed, handedOut, discarded, isInterrupted }, { taken, gaps, unread, sent }) {
    const mayDiffer = Number(isInterrupted);
    // What it had taken and not counted when it was interrupted, the next packet shows as a gap. It may have been the last.
    const uncounted = pushed - taken - gaps - unread;
    if (uncounted < 0 || uncounted + gaps > mayDiffer) {
      this.wrong(`account ${accountId}: pushed ${pushed}, taken ${taken} + ${gaps}, unread ${unread}`);
    }
    const unnoted = handedOut + discarded - sent;
    if (unnoted < 0 || unnoted > mayDiffer) {
      this.wrong(`account ${accountId}: sent ${sent}, handed out ${handedOut}, discarded ${discarded}`);
    }
  }

  readLedger() {
    const ledger = this.#ledger;
    for (let i = 0; i < ledger[0]; i++) {
      const at = 1 + i * ENTRY_WORDS;
      this.bury(ledger[at], Object.fromEntries(FIGURES.map((name, index) => [name, ledger[at + 1 + index]])));
    }
    ledger[0] = 0;
  }

  // ------------------------------------------------------------------------------------------------------------ ticks

  async update(diffMs) {
    const report = await this.#findings.timed(() => this.manager.updateAllSessions(diffMs));
    this.tick = report.tick;
    for (const name of Object.keys(this.told)) this.told[name] += report[name];
    this.sleep.fellAsleep += report.fellAsleep;
    this.sleep.woke += report.woke;
    this.#settleQueued(report.refused);
    this.readLedger();
    for (const accountId of this.awaited) {
      const handle = this.accounts.has(accountId) ? undefined : this.manager.getSession(accountId);
      if (handle !== undefined) this.adopt(handle);
    }
    return report;
  }

  /** Answers one request of a session, as far as it is there; whoever has gone is not told. */
  answer(key) {
    const ask = this.asks.get(key);
    this.asks.delete(key);
    ask?.resolve(ask.number * 2 + 1);
    return ask !== undefined;
  }

  #asked(accountId, requestId, number) {
    return new Promise((resolve) => this.asks.set(`${accountId}:${requestId}`, { resolve, number }));
  }

  #take(accountId, packet) {
    const account = this.accounts.get(accountId);
    if (account === undefined) return this.wrong(`account ${accountId} has sent a packet, and is not known of`);
    const before = account.handedOut + account.discarded;
    if (!isNext(packet.u32(0), before, account.isInterrupted))
      this.wrong(`account ${accountId} sent number ${packet.u32(0)}, and ${before} are known of`);
    account.handedOut++;
    this.packets.handedOut++;
    if (packet.opcode === Sent.please) this.#please(accountId, packet.u32(4), packet.u32(8));
    if (packet.opcode === Sent.figures) {
      account.updateCount = packet.u32(4);
      account.figures = Object.fromEntries(FIGURES.map((name, index) => [name, packet.u32(8 + 4 * index)]));
    }
  }

  /** While a tick is in flight: done when it has ended, in the order of calls. */
  #please(accountId, what, otherId) {
    const other = this.accounts.get(otherId);
    for (const account of [this.accounts.get(accountId), other]) if (account !== undefined) account.touchedTick = this.tick + 1;
    const deeds = [
      () => this.push(accountId, 1, 0, 0),
      () => this.manager.hibernateSession(accountId),
      () => this.manager.reactivateSession(otherId),
      () => other !== undefined && this.push(otherId, 1, 0, 0),
      () => other?.handle.touch(),
      () => this.manager.hibernateInactiveSessions(),
    ];
    deeds[what % deeds.length]();
  }

  #settleQueued(refused) {
    const refusals = new Map();
    for (const { request, accountId } of refused) {
      if (request === 'push') refusals.set(accountId, (refusals.get(accountId) ?? 0) + 1);
    }
    for (const [accountId, account] of this.accounts) {
      const { queued } = account;
      if (queued === 0) continue;
      const delivered = queued - (refusals.get(accountId) ?? 0);
      this.packets.full += queued - delivered;
      this.packets.pushed += delivered;
      account.pushed += delivered;
      account.queued = 0;
    }
  }

  #write(...values) {
    for (const [i, value] of values.entries()) this.#words.setUint32(4 * i, value, true);
  }
}
