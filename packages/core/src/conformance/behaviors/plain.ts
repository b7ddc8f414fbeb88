import { defineBehavior } from '../../behavior.js';
import { data } from '../../layout/data-field.js';
import { f32, i32, u32 } from '../../layout/field.js';
import { HERE } from './here.js';

/** Counts its updates: more or fewer than one a tick shows. */
export const counting = defineBehavior(HERE, {
  name: 'conformance-counting',
  state: { updates: u32(), lastTick: u32() },
  update(session) {
    session.state.updates += 1;
    session.state.lastTick = session.tick.number;
  },
});

/** The same over columns. */
export const countingBatch = defineBehavior(HERE, {
  name: 'conformance-counting-batch',
  state: { updates: u32(), lastTick: u32() },
  updateBatch(batch) {
    const { u32: words, at, tick } = batch;
    for (let row = batch.begin; row < batch.end; row++) {
      words[at.updates + row] += 1;
      words[at.lastTick + row] = tick.number;
    }
  },
});

/** Arithmetic, random numbers and packets both ways: its digest tells whether everything happened, once and in order. */
export const wandering = defineBehavior(HERE, {
  name: 'conformance-wandering',
  state: { x: f32(), speed: f32({ initial: 1 }), seed: i32(), heard: i32({ hot: true }) },
  create(session) {
    session.state.seed = Math.imul(session.accountId, 0x9e37_79b1) | 1;
  },
  update(session, diffMs) {
    const { state } = session;
    for (let packet = session.receive(); packet !== null; packet = session.receive()) {
      state.heard = (Math.imul(state.heard, 31) + packet.opcode + packet.i32(0)) | 0;
    }
    let seed = state.seed;
    seed ^= seed << 13;
    seed ^= seed >>> 17;
    seed ^= seed << 5;
    state.seed = seed;
    state.speed = Math.fround(state.speed * 0.9 + (seed & 0xff) / 256);
    state.x = Math.fround(state.x + (state.speed * diffMs) / 1000);
    const packet = session.claim(seed & 0x7fff, 8);
    packet?.setU32(0, session.accountId);
    packet?.setF32(4, state.x);
  },
});

/** Messages that each session of {@link gossiping} sends in every update. */
const MESSAGES = 4;
const RUMOUR = new Uint8Array(4);

/**
 * Sends four messages in every update, to accounts that chance chooses among the first `population`, and folds what it hears into what it
 * says next, in the order in which it arrives: who ran first must make no difference.
 */
export const gossiping = defineBehavior(HERE, {
  name: 'conformance-gossiping',
  state: {
    heard: u32(),
    mood: i32({ published: true }),
    population: u32({ initial: 1 }),
    last: data<number[]>({ maxBytes: 256, initial: [] }),
  },
  create(session, population: number | undefined) {
    session.state.population = population ?? 1;
  },
  update(session) {
    const { state } = session;
    for (let message = session.receiveMessage(); message !== null; message = session.receiveMessage()) {
      state.heard = Math.imul(state.heard ^ message.sender, 0x0100_0193) + message.opcode + message.u32(0);
    }
    for (let word = 0; word < RUMOUR.length; word++) RUMOUR[word] = state.heard >>> (8 * word);
    for (let opcode = 1; opcode <= MESSAGES; opcode++) {
      const receiver = 1 + Math.floor(session.random() * state.population);
      if (session.sendTo(receiver, opcode, RUMOUR)) state.mood = (state.mood + (session.peer(receiver)?.state.mood ?? 1)) | 0;
    }
    if (session.every(500)) state.last.edit((last) => [...last, state.heard].slice(-8));
  },
});

/** How {@link failing} sessions fail. */
export const Failure = { none: 0, range: 1, coded: 2, text: 3, promise: 4 } as const;

/** Fails as it was told to, after having written. */
export const failing = defineBehavior(HERE, {
  name: 'conformance-failing',
  state: { updates: u32(), failure: u32() },
  create(session, failure: number | undefined) {
    session.state.failure = failure ?? Failure.none;
  },
  update(session): void {
    const { state, accountId } = session;
    state.updates += 1;
    if (state.failure === Failure.none) return;
    if (state.failure === Failure.range) throw new RangeError(`account ${accountId} fails on purpose`);
    if (state.failure === Failure.coded) {
      const cause = new TypeError(`the cause of account ${accountId}`);
      throw Object.assign(new Error(`account ${accountId} fails on purpose`, { cause }), { code: 'E_ON_PURPOSE' });
    }
    // biome-ignore lint/style/useThrowOnlyError: sessions may
    if (state.failure === Failure.text) throw `account ${accountId} fails on purpose`;
    // biome-ignore lint/correctness/noVoidTypeReturn: sessions may not, and try
    return Promise.resolve() as unknown as undefined;
  },
});

/** Notes what it is shown of the rest of the world: its map's population, and a value that all share. */
export const looking = defineBehavior(HERE, {
  name: 'conformance-looking',
  state: { peers: u32(), sum: u32(), shared: f32(), mark: u32({ published: true }) },
  update(session) {
    const { state } = session;
    let peers = 0;
    let sum = 0;
    for (const peer of session.peers()) {
      peers++;
      sum += peer.accountId + peer.state.mark;
    }
    state.peers = peers;
    state.sum = sum >>> 0;
    state.shared = session.shared<Float32Array>('value')[0];
    state.mark = (state.mark + session.accountId) >>> 0;
  },
});
