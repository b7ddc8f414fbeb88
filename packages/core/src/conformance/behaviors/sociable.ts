import { defineBehavior } from '../../behavior.js';
import { data } from '../../layout/data-field.js';
import { f64, i16, text, u32 } from '../../layout/field.js';
import { HERE } from './here.js';

/** Accounts from here on are born of others. */
const FIRST_CHILD = 20_000;
const CHILDREN = 50;

const state = {
  luck: f64(),
  heard: u32({ hot: true }),
  answers: u32(),
  alarms: u32({ published: true }),
  name: text(12),
  marks: i16({ length: 4 }),
  diary: data<unknown[]>({ maxBytes: 300, initial: [] }),
  neighbours: u32(),
};

/** What {@link sociable} sessions are created with. */
export interface Neighbourhood {
  /** Accounts `first … first + count − 1` are there, by and large. */
  readonly first: number;
  readonly count: number;
}

/** Uses everything that a session is offered, as chance will have it: packets, messages, requests, timers, data, others' states, births and departures. */
export const sociable = defineBehavior(HERE, {
  name: 'conformance-sociable',
  state,
  create(session, neighbourhood: Neighbourhood | undefined) {
    session.state.luck = session.random();
    session.state.name = `n${session.accountId}`;
    session.state.neighbours = neighbourhood?.count ?? 1;
    session.send(50, Uint8Array.of(1));
  },
  release(session) {
    session.sendTo(session.accountId + 1, 2);
  },
  update(session) {
    const { state: own, accountId } = session;
    if (session.every(300)) own.alarms += 1;
    for (let id = session.takeDue(); id !== null; id = session.takeDue()) own.alarms += id;
    for (const answer of session.answers<number>('double')) own.answers += answer.status === 'ok' ? answer.value : 1;
    for (const answer of session.answers('nobody')) own.answers += answer.status === 'unhandled' ? 1000 : 0;
    for (let message = session.receiveMessage(); message !== null; message = session.receiveMessage()) {
      own.heard = (Math.imul(own.heard, 31) + message.opcode + message.sender) >>> 0;
    }
    for (let packet = session.receive(); packet !== null; packet = session.receive()) {
      own.heard = (own.heard + packet.opcode + packet.u8(0)) >>> 0;
      session.send(60, packet.toBytes());
    }
    for (const peer of session.peers()) own.heard = (own.heard + peer.accountId * peer.state.alarms) >>> 0;
    own.luck = session.random();
    const whim = Math.floor(own.luck * 1000);
    const neighbour = accountId - (accountId % own.neighbours) + (whim % own.neighbours);
    own.heard = (own.heard + (session.peer(neighbour)?.state.alarms ?? 7)) >>> 0;
    if (whim % 2 === 0) session.sendTo(neighbour, whim, Uint8Array.of(whim & 255));
    if (whim % 5 === 0) session.ask(whim % 15 === 0 ? 'nobody' : 'double', { whim, name: own.name });
    if (whim % 7 === 0) session.after(whim, whim % 9);
    if (whim % 11 === 0) own.diary.edit((diary) => void diary.push(whim, own.name, { heard: own.heard }));
    if (whim % 13 === 0) session.setMap(whim % 5);
    if (whim % 17 === 0) session.setGroup(whim % 3);
    if (whim % 50 === 3) session.spawn(FIRST_CHILD + (whim % CHILDREN), { first: accountId, count: own.neighbours });
    if (whim % 61 === 5) session.log(`heard ${own.heard}`);
    if (accountId >= FIRST_CHILD && whim % 8 === 1) session.releaseSelf();
    if (own.diary.value.length > 12) own.diary.edit((diary) => void diary.splice(0, 6));
    own.marks.set(session.tick.number % 4, own.heard);
  },
});
