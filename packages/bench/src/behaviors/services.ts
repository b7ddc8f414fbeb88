import { type Behavior, data, defineBehavior, f32, type Session, text, u32 } from '@dormouse/core/behavior';
import { MESSAGES_A_TICK, neighbourOf, TIMERS } from './neighbours.js';

/** What a bot carries: some 300 bytes encoded. */
interface Bag {
  gold: number;
  owner: string;
  items: { id: number; name: string; count: number }[];
}

export function makeBag(accountId: number): Bag {
  const items = Array.from({ length: 8 }, (_, i) => ({ id: accountId + i, name: `item ${i} of many`, count: i * 7 }));
  return { gold: accountId % 1000, owner: `bot ${accountId}`, items };
}

const NEVER_MS = 1e12;
const PAYLOAD = new Uint8Array(16);

const plain = { count: u32({ published: true }), x: f32(), sessions: u32({ initial: 1 }) };
const withBag = { ...plain, bag: data<Bag>({ maxBytes: 4096, initial: makeBag(0) }) };
const withText = { ...plain, bag: text(1024) };

/** How many sessions there are: who is whose neighbour follows from it. */
export type Init = number;

/** Each does one thing more than the first, once in every update: the difference is what it costs. */
export const nothing = defineBehavior(import.meta.url, {
  name: 'nothing',
  state: plain,
  create: remember,
  update: ({ state }) => {
    state.count++;
  },
});

export const readData = defineBehavior(import.meta.url, {
  name: 'read-data',
  state: withBag,
  create(session, sessions: Init | undefined) {
    remember(session, sessions);
    session.state.bag.set(makeBag(session.accountId));
  },
  update({ state }) {
    state.count += state.bag.value.items.length;
  },
});

export const editData = defineBehavior(import.meta.url, {
  name: 'edit-data',
  state: withBag,
  create(session, sessions: Init | undefined) {
    remember(session, sessions);
    session.state.bag.set(makeBag(session.accountId));
  },
  update({ state }) {
    state.count++;
    state.bag.edit((bag) => {
      bag.gold = (bag.gold + 1) % 1000;
    });
  },
});

/** What people do who have columns only. */
export const readJson = defineBehavior(import.meta.url, {
  name: 'read-json',
  state: withText,
  create(session, sessions: Init | undefined) {
    remember(session, sessions);
    session.state.bag = JSON.stringify(makeBag(session.accountId));
  },
  update({ state }) {
    state.count += (JSON.parse(state.bag) as Bag).items.length;
  },
});

export const messages = defineBehavior(import.meta.url, {
  name: 'messages',
  state: plain,
  create: remember,
  update(session) {
    const { state } = session;
    for (let message = session.receiveMessage(); message !== null; message = session.receiveMessage()) state.count += message.u8(0);
    for (let i = 1; i <= MESSAGES_A_TICK; i++) session.sendTo(neighbourOf(session.accountId, state.sessions, i * 17), i, PAYLOAD);
  },
});

export const asks = defineBehavior(import.meta.url, {
  name: 'asks',
  state: plain,
  create: remember,
  update(session) {
    for (const answer of session.answers<number>('price')) if (answer.status === 'ok') session.state.count += answer.value;
    session.ask('price', session.accountId);
  },
});

export const period = defineBehavior(import.meta.url, {
  name: 'period',
  state: plain,
  create: remember,
  update(session) {
    if (session.every(1000)) session.state.count++;
  },
});

export const timers = defineBehavior(import.meta.url, {
  name: 'timers',
  state: plain,
  create(session, sessions: Init | undefined) {
    remember(session, sessions);
    for (let id = 0; id < TIMERS; id++) session.after(NEVER_MS + id, id);
  },
  update(session) {
    if (session.takeDue() !== null) session.state.count++;
  },
});

export const random = defineBehavior(import.meta.url, {
  name: 'random',
  state: plain,
  create: remember,
  update(session) {
    session.state.x = session.random();
  },
});

export const peers: Behavior<typeof plain, Init> = defineBehavior(import.meta.url, {
  name: 'peers',
  state: plain,
  create: remember,
  update(session) {
    const peer = session.peer(neighbourOf(session.accountId, session.state.sessions, 17));
    if (peer !== null) session.state.count += peer.state.count & 1;
  },
});

function remember(session: Session<typeof plain>, sessions: Init | undefined): void {
  session.state.sessions = sessions ?? 1;
}
