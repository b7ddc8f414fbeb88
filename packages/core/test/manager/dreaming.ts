import { bigint64, data, defineBehavior, f32, f64, i16, text, u8, u32 } from '@dormouse/core';

/** Has something in every kind of field, draws random numbers, and now and then sets timers, a time to wake, and asks what nobody answers soon. */
export const dreamer = defineBehavior(import.meta.url, {
  name: 'dreamer',
  state: {
    updates: u32(),
    heard: u32({ hot: true }),
    luck: f64(),
    place: f32({ length: 3, published: true }),
    debt: bigint64(),
    mood: i16({ hot: true }),
    flags: u8({ length: 5 }),
    name: text(30),
    bag: data<{ items: number[] }>({ maxBytes: 4096, initial: { items: [] } }),
  },
  update(session) {
    const { state, accountId } = session;
    state.updates++;
    state.luck = session.random();
    state.place.set(session.updateCount % 3, accountId + state.luck);
    state.debt -= BigInt(accountId);
    state.mood = state.updates - accountId;
    state.flags.set(accountId % 5, 255);
    state.name = `nº ${accountId}`.repeat(1 + (accountId % 3));
    for (let packet = session.receive(); packet !== null; packet = session.receive()) state.heard += packet.opcode;
    if (state.updates % 3 === accountId % 3) {
      state.bag.edit((bag) => void bag.items.push(...Array.from({ length: accountId }, (_, index) => index)));
      session.after(30_000 + accountId, accountId % 7);
    }
    if (accountId % 4 === 0) session.wakeAt(session.tick.nowMs + 15_000);
    while (session.takeDue() !== null) state.heard += 1000;
  },
});

/** Has no state that anybody would miss. */
export const sleeperless = defineBehavior(import.meta.url, { name: 'sleeperless', state: { x: u32() }, update() {} });
