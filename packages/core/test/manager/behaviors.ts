import { defineBehavior, i32, u32 } from '@dormouse/core';

/** Counts its updates and answers every packet with one more opcode and the same payload. */
export const echo = defineBehavior(import.meta.url, {
  name: 'echo',
  state: { updates: u32(), heard: u32(), home: i32() },
  create(session, init: { home: number } | undefined) {
    if (init !== undefined) session.state.home = init.home;
  },
  update(session) {
    session.state.updates += 1;
    for (let packet = session.receive(); packet !== null; packet = session.receive()) {
      session.state.heard += 1;
      session.send(packet.opcode + 1, packet.toBytes());
    }
  },
});

/** Counts its updates over columns. */
export const tally = defineBehavior(import.meta.url, {
  name: 'tally',
  state: { updates: u32(), calls: u32() },
  updateBatch(batch) {
    const { u32: words, at } = batch;
    for (let row = batch.begin; row < batch.end; row++) words[at.updates + row] += 1;
    words[at.calls + batch.begin] += 1;
  },
});
