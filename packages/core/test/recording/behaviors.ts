import { bigint64, bool, data, defineBehavior, f32, f64, i16, text, u8, u32 } from '@dormouse/core';

/** Opcode of a packet that makes a session's next update throw. */
export const THROW = 99;
/** Opcode of a packet that a session answers. */
export const ECHO = 7;

/** What a session of {@link roamer} is created with. */
export interface RoamerInit {
  name: string;
  speed: number;
  fails?: boolean;
}

/** Uses a field of every kind, packets, chance and time; throws when it is told to. */
export const roamer = makeRoamer(1);

/** The same with another constant in its update. */
export function makeRoamer(step: number) {
  return defineBehavior(import.meta.url, {
    name: 'roamer',
    state: {
      x: f32(),
      speed: f64({ initial: 1.5 }),
      steps: u32({ hot: true }),
      heard: u32(),
      name: text(24, { initial: 'nobody' }),
      trail: i16({ length: 5 }),
      flags: u8({ length: 3 }),
      isTired: bool(),
      purse: bigint64(),
      bag: data({ maxBytes: 2000, initial: { gold: 0, items: [] as string[] } }),
    },
    create(session, init: RoamerInit | undefined) {
      if (init?.fails === true) throw new Error('not today');
      if (init !== undefined) {
        session.state.name = init.name;
        session.state.speed = init.speed;
      }
      session.send(1);
    },
    release(session) {
      session.state.heard = 0;
    },
    update(session, diffMs) {
      const { state } = session;
      state.x += state.speed * diffMs * (session.random() - 0.5) * step;
      state.steps += step;
      state.trail.set(state.steps % 5, session.updateCount);
      for (let packet = session.receive(); packet !== null; packet = session.receive()) {
        state.heard += 1;
        if (packet.opcode === THROW) throw new Error('told to throw');
        if (packet.opcode === ECHO) session.send(ECHO + 1, packet.toBytes());
      }
      if (session.every(700)) {
        state.isTired = !state.isTired;
        state.purse += 3n;
        state.bag.edit((bag) => {
          bag.gold += 1;
        });
      }
    },
  });
}

/** Its sessions differ in each run. */
export const gambler = defineBehavior(import.meta.url, {
  name: 'gambler',
  state: { stake: u32({ initial: 1 }), luck: f64() },
  update(session) {
    if (session.tick.number === 3 && session.accountId === 5) session.state.luck = Math.random();
    session.state.stake += 1;
  },
});
