import { isMainThread } from 'node:worker_threads';
import { data, defineBehavior, f64, text, u32 } from '@dormouse/core';

/** What a packet tells a session to do. Its first word is its number among those to this session, the others are what to do it with. */
export const Order = {
  hear: 1,
  tell: 2,
  ask: 3,
  arm: 4,
  wakeAt: 5,
  move: 6,
  doze: 7,
  fail: 8,
  chatter: 9,
  look: 10,
  please: 11,
  spawn: 12,
  leave: 13,
  die: 14,
};
/** What a session sends the host. The first word is its number among those of this session. */
export const Sent = { word: 1, please: 2, figures: 3 };
/** What sessions count, in the order in which figures are sent and stand in the ledger. */
export const FIGURES = ['taken', 'gaps', 'unread', 'sent', 'told', 'received', 'fromHost', 'asked', 'answered'];
/** The ledger: how many entries there are that nobody has read, then each one's account and figures. */
export const ENTRY_WORDS = 1 + FIGURES.length;
const MOST_ENTRIES = 4096;
export const LEDGER_WORDS = 1 + MOST_ENTRIES * ENTRY_WORDS;
export const TOPIC = 'omen';

const PERIOD_MS = 45_000;
const bytes = new Uint8Array(256);
const words = new DataView(bytes.buffer, 0, bytes.length);
const counted = Object.fromEntries(FIGURES.map((name) => [name, u32()]));
const fields = {
  ...counted,
  updates: u32(),
  heard: u32({ hot: true }),
  disorder: u32(),
  lastTick: u32(),
  lastSender: u32(),
  lastNumber: u32(),
  rang: u32(),
  naps: u32(),
  dozing: u32(),
  luck: f64({ published: true }),
  name: text(24),
  bag: data({ maxBytes: 1024, initial: { items: [] } }),
};

function payload(...values) {
  for (let i = 0; i < values.length; i++) words.setUint32(4 * i, values[i], true);
  return bytes.subarray(0, 4 * values.length);
}

function send(session, opcode, ...values) {
  if (session.send(opcode, payload(session.state.sent, ...values))) session.state.sent += 1;
}

/** `isHook`: it is carried out at once, so that its order among others is another. */
function tell(session, accountId, isHook) {
  const { state, tick } = session;
  if (session.sendTo(accountId, isHook ? 1 : 0, payload(tick.number, state.told))) state.told += 1;
}

function hear(state, what) {
  state.heard = Math.imul(state.heard ^ what, 0x0100_0193);
}

function obey(session, packet) {
  const { state, tick } = session;
  const [a, b] = [packet.u32(4), packet.u32(8)];
  switch (packet.opcode) {
    case Order.tell:
      for (let i = 0; i < b; i++) tell(session, a, false);
      break;
    case Order.ask:
      if (session.ask(TOPIC, { number: a }) !== 0) state.asked += 1;
      break;
    case Order.arm:
      session.after(a, b);
      break;
    case Order.wakeAt:
      session.wakeAt(tick.nowMs + a);
      break;
    case Order.move:
      session.setMap(a);
      session.setGroup(b);
      break;
    case Order.doze:
      state.dozing = a;
      break;
    case Order.chatter:
      for (let i = 0; i < a; i++) send(session, Sent.word, i);
      break;
    case Order.look:
      for (const peer of session.peers()) hear(state, peer.accountId + Math.floor(peer.state.luck * 1000));
      break;
    case Order.please:
      send(session, Sent.please, a, b);
      break;
    case Order.spawn:
      session.spawn(a, { friend: session.accountId });
      break;
    case Order.leave:
      session.releaseSelf();
      break;
    case Order.fail:
      throw new Error(`told to fail by packet ${packet.u32(0)}`);
    case Order.die:
      if (!isMainThread) process.exit(9);
  }
}

function takeMessages(session) {
  const { state } = session;
  for (let message = session.receiveMessage(); message !== null; message = session.receiveMessage()) {
    const { sender, opcode } = message;
    hear(state, sender);
    if (sender === 0) {
      state.fromHost += 1;
      continue;
    }
    state.received += 1;
    if (opcode !== 0) continue;
    const [tick, number] = [message.u32(0), message.u32(4)];
    const isLater = tick - state.lastTick || sender - state.lastSender || number - state.lastNumber;
    if (isLater <= 0) state.disorder += 1;
    state.lastTick = tick;
    state.lastSender = sender;
    state.lastNumber = number;
  }
  for (const answer of session.answers(TOPIC)) {
    state.answered += 1;
    hear(state, answer.id + (answer.status === 'ok' ? answer.value : 0));
  }
}

/** Does what packets say, one after the other; what it has counted is right wherever it fails. */
function update(session) {
  const { state } = session;
  state.updates += 1;
  state.luck = session.random();
  if (session.accountId % 8 === 0 && session.every(PERIOD_MS)) hear(state, 45);
  for (let id = session.takeDue(); id !== null; id = session.takeDue()) {
    state.rang += 1;
    hear(state, id);
  }
  if (state.dozing > 0) {
    state.dozing -= 1;
    return;
  }
  takeMessages(session);
  for (let packet = session.receive(); packet !== null; packet = session.receive()) {
    state.gaps += packet.u32(0) - state.taken - state.gaps;
    state.taken += 1;
    hear(state, packet.length);
    if (state.taken % 16 === 0) state.bag.edit((bag) => void (bag.items.length < 60 ? bag.items.push(state.taken) : bag.items.splice(9)));
    if (state.taken % 16 === 8) state.name = `nº ${state.taken}`;
    obey(session, packet);
    if (packet.opcode === Order.hear) send(session, Sent.word, state.heard);
  }
}

function figuresOf({ accountId, state }) {
  return [accountId, ...FIGURES.map((name) => state[name])];
}

/** Has no `release` hook: what sleeps is dropped unread, so it sends what it has counted when it falls asleep. */
export const trader = defineBehavior(import.meta.url, {
  name: 'trader',
  state: fields,
  update,
  hibernate(session) {
    const { state } = session;
    if (session.random() < 0.1) return false;
    state.naps += 1;
    // As they are when this packet, too, has been sent.
    state.sent += 1;
    const [, ...figures] = figuresOf(session);
    state.sent -= 1;
    send(session, Sent.figures, session.updateCount, ...figures);
    return true;
  },
});

/** Leaves what it has counted in the ledger of its manager when it is released, on the host's thread. */
export const herald = defineBehavior(import.meta.url, {
  name: 'herald',
  state: fields,
  update,
  create(session, init) {
    if (init !== undefined) tell(session, init.friend, true);
  },
  hibernate(session) {
    session.state.naps += 1;
    if (session.random() < 0.1) tell(session, session.accountId ^ 2, true);
    return session.random() < 0.9;
  },
  release(session) {
    const { state } = session;
    takeMessages(session);
    for (let packet = session.receive(); packet !== null; packet = session.receive()) state.unread += 1;
    if (session.random() < 0.25) tell(session, session.accountId ^ 2, true);
    const ledger = session.shared('ledger');
    // Nobody reads that of a replay.
    ledger.set(figuresOf(session), 1 + (ledger[0] % MOST_ENTRIES) * ENTRY_WORDS);
    ledger[0] += 1;
  },
});
