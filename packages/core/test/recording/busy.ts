import { data, defineBehavior, f64, i16, text, u32 } from '@dormouse/core';

/** What a packet with this opcode has a session do. Its payload's first byte is a number to do it with. */
export const Order = { throw: 1, echo: 2, tell: 3, spawn: 4, leave: 5, move: 6, ask: 7, wait: 8, roll: 9, log: 10, batch: 11 } as const;

const state = {
  luck: f64(),
  heard: u32({ hot: true }),
  answers: u32(),
  alarms: u32({ published: true }),
  name: text(12),
  marks: i16({ length: 4 }),
  diary: data({ maxBytes: 300, initial: [] as unknown[] }),
};

/** Does whatever packets, messages, answers and timers tell it to do. */
export const busy = defineBehavior(import.meta.url, {
  name: 'busy',
  state,
  create(session, init: { fails?: boolean; greets?: number } | undefined) {
    if (init?.fails === true) throw new Error('not born');
    if (init?.greets !== undefined) session.sendTo(init.greets, 1, Uint8Array.of(session.accountId));
    session.state.luck = session.random();
    session.send(50, Uint8Array.of(1));
  },
  release(session) {
    session.sendTo((session.accountId % 8) + 1, 2);
    if (session.state.heard % 3 === 0) session.spawn(100 + (session.accountId % 50), { greets: 1 });
  },
  hibernate(session) {
    if (session.state.heard % 5 === 3) throw new Error('not tired');
    if (session.state.heard % 4 === 1) session.sendTo((session.accountId % 9) + 1, 4);
    session.state.answers += 1;
    return session.state.heard % 6 !== 2;
  },
  update(session) {
    const { state: own } = session;
    if (session.every(300)) own.alarms += 1;
    for (let id = session.takeDue(); id !== null; id = session.takeDue()) own.alarms += id;
    for (const answer of session.answers<number>('price')) own.answers += answer.status === 'ok' ? answer.value : 1000;
    for (let message = session.receiveMessage(); message !== null; message = session.receiveMessage()) {
      own.heard += message.opcode + message.sender;
      if (message.opcode === 1 && message.sender !== 0) session.sendTo(message.sender, 9, message.toBytes());
    }
    for (let packet = session.receive(); packet !== null; packet = session.receive()) {
      const number = packet.length > 0 ? packet.u8(0) : 0;
      own.heard += 1;
      if (packet.opcode === Order.throw) throw new Error('told to');
      if (packet.opcode === Order.echo) session.send(60, packet.toBytes());
      if (packet.opcode === Order.tell) session.sendTo((number % 9) + 1, 1, packet.toBytes());
      if (packet.opcode === Order.spawn)
        session.spawn((number % 12) + 1, number % 5 === 0 ? { fails: true } : undefined, { behavior: 'plain' });
      if (packet.opcode === Order.leave) session.releaseSelf();
      if (packet.opcode === Order.move) session.setMap(number % 3);
      if (packet.opcode === Order.ask) session.ask(number % 4 === 0 ? 'nobody' : 'price', { number });
      if (packet.opcode === Order.wait) session.after(number * 10, number);
      if (packet.opcode === Order.roll) own.luck += session.random();
      if (packet.opcode === Order.log) session.log(`heard ${number}`);
      if (packet.opcode === Order.batch) own.diary.edit((diary) => void diary.push(number, own.name));
    }
    for (const peer of session.peers()) own.answers += peer.accountId * peer.state.alarms;
    own.marks.set(session.tick.number % 4, own.heard);
  },
});

/** Counts over columns, and tells its neighbour. */
export const plain = defineBehavior(import.meta.url, {
  name: 'plain',
  state: { ticks: u32(), sum: f64() },
  create(_session, init: { fails?: boolean; greets?: number } | undefined) {
    if (init?.fails === true) throw new Error('not born');
  },
  updateBatch(batch, diffMs) {
    if (batch.tick.number % 13 === 0) throw new Error('thirteen');
    const { u32: words, f64: doubles, at } = batch;
    for (let row = batch.begin; row < batch.end; row++) {
      words[at.ticks + row] += 1;
      doubles[at.sum + row] += diffMs;
      if (words[at.ticks + row] % 7 === 0) batch.session(row).sendTo((words[at.ticks + row] % 9) + 1, 3);
    }
  },
});
