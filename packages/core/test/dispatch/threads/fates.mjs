/** Sessions that do, in the tick they were told, what a session must not do to others; in threads other than the main one alone. */
import { isMainThread, threadId } from 'node:worker_threads';
import { defineBehavior, i32, u32 } from '@dormouse/core';

/** An error that cannot be posted, nor looked at. */
const untouchable = () =>
  new Proxy(new Error('not to be looked at'), {
    get() {
      throw new Error('do not look');
    },
    getPrototypeOf() {
      throw new Error('do not look');
    },
  });

const fates = {
  none: () => {},
  exit: () => process.exit(3),
  spin: () => {
    for (;;);
  },
  /** Says first which thread it keeps: word 0 of what is shared as `spinning`. */
  spinTold: (session) => {
    const told = session.shared('spinning');
    Atomics.store(told, 0, threadId);
    Atomics.notify(told, 0);
    for (;;);
  },
  block: () => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4), 0, 1), 0, 0),
  outOfMemory: () => {
    const kept = [];
    for (;;) kept.push(new Array(10_000).fill(kept.length));
  },
  throw: () => {
    throw new Error('on purpose');
  },
  throwUntouchable: () => {
    throw untouchable();
  },
  throwUnclonable: () => {
    throw Object.assign(new Error('on purpose'), { name: () => 'a function', stack: Symbol('stack'), cause: untouchable() });
  },
  /** The thread's event loop does not come back. */
  spinLater: () =>
    void setImmediate(() => {
      for (;;);
    }),
  exitLater: () => void setImmediate(() => process.exit(3)),
};

export const FATES = Object.keys(fates);

const live = (session, init) => {
  session.state.fate = FATES.indexOf(init?.fate ?? 'none');
  session.state.at = init?.at ?? 0;
};

/** Counts its updates, tells the host of each, looks at its neighbour, and meets its fate. */
export const fated = defineBehavior(import.meta.url, {
  name: 'fated',
  state: { updates: u32({ published: true }), fate: u32(), at: u32(), seen: i32() },
  create: live,
  update(session) {
    const { state } = session;
    session.send(1, new Uint8Array(4));
    if (!isMainThread && state.at === session.tick.number) fates[FATES[state.fate]](session);
    state.updates += 1;
    state.seen = session.peer(session.accountId + 1)?.state.updates ?? -1;
  },
});

/** The same by columns: the fate of one is that of all in its call. */
export const fatedBatch = defineBehavior(import.meta.url, {
  name: 'fated-batch',
  state: { updates: u32(), fate: u32(), at: u32() },
  create: live,
  updateBatch(batch) {
    const { u32: words, at } = batch;
    for (let row = batch.begin; row < batch.end; row++) {
      if (!isMainThread && words[at.at + row] === batch.tick.number) fates[FATES[words[at.fate + row]]]();
      words[at.updates + row] += 1;
    }
  },
});
