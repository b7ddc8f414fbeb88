/**
 * What must be in the file, by what a process has acknowledged before it died. For each account: which of its sessions may be there, by their salts, and what
 * the one that must be there has at least.
 */
export class Model {
  /** By account: `may`, the salts of sessions that may be there; `must`, what was last known to be durable; `isNone`: that there is none may be. */
  #accounts = new Map();
  /** Checkpoints under way: what was there when they began, and what was done since. */
  #pending = new Map();
  #lastDigest;
  /** The process did nothing more after its last checkpoint: others tick, push and put to sleep without a word. */
  #wasStill = false;
  counts = { stored: 0, checkpoints: 0, back: 0, asleep: 0, exact: 0, digests: 0, lost: 0, corrupt: 0, never: 0, older: 0, errors: 0 };
  notes = [];

  #of(accountId) {
    const account = this.#accounts.get(accountId) ?? { may: new Set(), must: undefined, isNone: true, current: undefined, changes: 0 };
    this.#accounts.set(accountId, account);
    return account;
  }

  #wrong(count, note) {
    this.counts[count]++;
    if (this.notes.length < 20) this.notes.push(note);
  }

  /** Takes one line of what a process has told, in order. */
  hear(line) {
    const { what, accountId } = line;
    this.#wasStill = what === 'still';
    if (what === 'error') this.#wrong('errors', line.message);
    else if (what === 'created') {
      const account = this.#of(accountId);
      account.may.add(line.salt);
      account.current = line.salt;
      account.changes++;
    } else if (what === 'released') {
      const account = this.#of(accountId);
      account.isNone = true;
      account.must = undefined;
      account.current = undefined;
      account.changes++;
    } else if (what === 'woken') {
      const { must } = this.#of(accountId);
      if (must !== undefined) must.isStill = false;
    } else if (what === 'stored') {
      this.counts.stored++;
      this.#is(accountId, line, true);
    } else if (what === 'checkpoint') this.#pending.set(line.id, this.#asOfNow(line));
    else if (what === 'checkpointed') this.#checkpointed(this.#pending.get(line.id));
  }

  /** This session of the account's is durable: no other one can come back. */
  #is(accountId, { salt, updates, packetsIn, mapId, groupId }, isStill) {
    const account = this.#of(accountId);
    account.may = new Set([salt]);
    if (account.current !== undefined) account.may.add(account.current);
    account.isNone = false;
    account.must = { salt, updates, packetsIn, mapId, groupId, isStill };
  }

  #asOfNow(line) {
    return { line, changes: new Map([...this.#accounts].map(([accountId, { changes }]) => [accountId, changes])) };
  }

  #checkpointed({ line, changes }) {
    this.counts.checkpoints++;
    this.#pending.clear();
    this.#lastDigest = line.digest;
    const there = new Map(line.list.map((session) => [session.accountId, session]));
    for (const [accountId, account] of this.#accounts) {
      const session = there.get(accountId);
      // Released, or another one, since it began: which of the two it has is not known.
      if (account.changes !== changes.get(accountId)) continue;
      if (session === undefined) this.#accounts.delete(accountId);
      // What is asleep now was so then, and has a newer acknowledgement of its own.
      else if (!(account.must?.isStill === true)) this.#is(accountId, session, false);
    }
  }

  /** What the next process has found: `lines` from `resumed` to `all back`. Then goes on from there. */
  compare(lines) {
    const [{ resumed, digest }] = lines;
    const back = lines.filter(({ what }) => what === 'back');
    for (const { message } of lines.filter(({ what }) => what === 'error')) this.#wrong('errors', message);
    this.counts.back += back.length;
    if (resumed.refused > 0) this.#wrong('corrupt', `refused: ${JSON.stringify(resumed.refusals)}`);
    const found = new Set(back.map(({ accountId }) => accountId));
    const counted = resumed.asleep + resumed.active + resumed.quarantined;
    if (found.size !== back.length || counted !== back.length) {
      this.#wrong('errors', `${back.length} sessions of ${found.size} accounts are back, and the report says ${counted}`);
    }
    const wasStill = this.#wasStill;
    this.#wasStill = false;
    if (wasStill) {
      this.counts.digests++;
      if (digest !== this.#lastDigest) this.#wrong('older', `the digest is ${digest}, and was ${this.#lastDigest} at the last checkpoint`);
    }
    for (const [accountId, { isNone, must }] of this.#accounts) {
      if (!isNone && !found.has(accountId)) this.#wrong('lost', `account ${accountId} is lost: ${JSON.stringify(must)}`);
    }
    for (const session of back) this.#compareSession(session);
    this.#accounts.clear();
    for (const session of back) {
      this.#of(session.accountId).current = session.salt;
      this.#is(session.accountId, session, false);
    }
  }

  #compareSession(session) {
    const { accountId, salt, status, updates, packetsIn, counted, heard, fault } = session;
    const { may, must } = this.#of(accountId);
    const shown = JSON.stringify(session);
    if (fault !== undefined) this.#wrong('corrupt', `account ${accountId}: ${fault}; ${shown}`);
    if (counted !== updates || heard > packetsIn) this.#wrong('corrupt', `account ${accountId} has counted otherwise: ${shown}`);
    if (!may.has(salt)) this.#wrong('never', `account ${accountId} has a session that was released, or never was: ${shown}`);
    if (status === 'hibernated') this.counts.asleep++;
    if (must === undefined || must.salt !== salt) return;
    if (updates < must.updates || packetsIn < must.packetsIn)
      this.#wrong('older', `account ${accountId} is older than ${JSON.stringify(must)}: ${shown}`);
    if (!must.isStill) return;
    this.counts.exact++;
    const differs = ['updates', 'packetsIn'].some((name) => session[name] !== must[name]) || status !== 'hibernated';
    if (differs) this.#wrong('older', `account ${accountId} was stored asleep as ${JSON.stringify(must)}, and is ${shown}`);
  }
}
