import { defineBehavior } from '../../behavior.js';
import { data } from '../../layout/data-field.js';
import { f64, i16, u32 } from '../../layout/field.js';
import { HERE } from './here.js';

/** The first account of those that {@link dozing} sessions speak to. */
const FIRST = 10_000;

/**
 * Does nothing but when something comes for it, and falls asleep between: packets, messages, answers and timers are what it wakes for. What it says
 * and asks then depends on all that it has heard, and on chance.
 */
export const dozing = defineBehavior(HERE, {
  name: 'conformance-dozing',
  state: {
    heard: u32(),
    alarms: u32({ published: true }),
    naps: u32({ hot: true }),
    luck: f64(),
    population: u32({ initial: 1 }),
    marks: i16({ length: 20 }),
    diary: data<number[]>({ maxBytes: 200, initial: [] }),
  },
  create(session, population: number | undefined) {
    session.state.population = population ?? 1;
    session.after(20_000 + (session.accountId % 50) * 5000, 1);
  },
  hibernate(session) {
    session.state.naps += 1;
    return session.state.heard % 11 !== 5;
  },
  update(session) {
    const { state } = session;
    let heard = state.heard;
    for (let packet = session.receive(); packet !== null; packet = session.receive()) heard = Math.imul(heard, 31) + packet.opcode + 1;
    for (let message = session.receiveMessage(); message !== null; message = session.receiveMessage()) {
      heard = Math.imul(heard, 17) + message.sender + message.opcode;
    }
    for (const answer of session.answers<number>('double')) heard += answer.status === 'ok' ? answer.value : 1000;
    for (let id = session.takeDue(); id !== null; id = session.takeDue()) {
      state.alarms += id;
      heard += 3;
      session.after(60_000 + Math.floor(session.random() * 200_000), (id % 5) + 1);
    }
    if (heard === state.heard) return;
    state.heard = heard >>> 0;
    state.luck = session.random();
    const neighbour = FIRST + Math.floor(state.luck * state.population);
    state.marks.set(state.heard % 20, session.peer(neighbour)?.state.alarms ?? -1);
    state.diary.edit((diary) => [...diary, state.heard % 1000].slice(-10));
    session.send(1, Uint8Array.of(state.heard & 255));
    if (state.heard % 3 === 0) session.sendTo(neighbour, state.heard % 100);
    if (state.heard % 4 === 0) session.ask('double', { whim: state.heard % 500 });
    if (state.heard % 5 === 0) session.setMap(state.heard % 4);
  },
});
