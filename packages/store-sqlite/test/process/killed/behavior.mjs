import { bool, data, defineBehavior, f64, u8, u16, u32 } from '@dormouse/core';

/** Opcode of packets to sessions: a number, one more than that of the last. */
export const COUNTED = 1;
/** Updates after which a session sets itself an alarm, and how long that is, ms. */
const ALARM_EVERY = 16;
const ALARM_MS = 700;

/** A hash of whole numbers, 32 bits (murmur3's steps and end). */
export function mixed(...numbers) {
  let hash = 0x9747_b28c;
  for (const number of numbers) {
    let word = Math.imul(number, 0xcc9e_2d51);
    word = Math.imul((word << 15) | (word >>> 17), 0x1b87_3593);
    hash ^= word;
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe654_6b64) | 0;
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/**
 * What a session's fields must be that was created with this salt, has been updated so often and has heard so many packets. All of them but these three
 * follow from them: one that has another's part, or one of another time, is found by itself.
 */
export function fieldsOf(accountId, salt, updates, heard) {
  const word = (what) => mixed(accountId, salt, updates, heard, what);
  return {
    floats: Array.from({ length: 12 }, (_, index) => word(index) / 65_536),
    words: Array.from({ length: 8 }, (_, index) => word(100 + index)),
    shorts: Array.from({ length: 10 }, (_, index) => word(200 + index) & (index % 2 === 0 ? 0xffff : 3)),
    odd: updates % 2 === 1,
    kind: salt % 7,
    note: updates % 5 === 0 ? `${updates} of ${accountId}, ${'é'.repeat(heard % 20)}` : '',
  };
}

function write(session) {
  const { state, accountId } = session;
  const fields = fieldsOf(accountId, state.salt, state.updates, state.heard);
  for (const name of ['floats', 'words', 'shorts']) for (const [index, value] of fields[name].entries()) state[name].set(index, value);
  state.odd = fields.odd;
  state.kind = fields.kind;
  state.note.set({ text: fields.note });
}

export default defineBehavior(import.meta.url, {
  name: 'counted',
  version: 1,
  state: {
    salt: u32(),
    updates: u32(),
    heard: u32(),
    floats: f64({ length: 12 }),
    words: u32({ length: 8 }),
    shorts: u16({ length: 10 }),
    odd: bool(),
    kind: u8(),
    /** A packet was not the next one. */
    gaps: u32(),
    note: data({ maxBytes: 256, initial: { text: '' } }),
  },
  create(session, { salt }) {
    session.state.salt = salt;
    write(session);
  },
  update(session) {
    const { state } = session;
    state.updates += 1;
    for (let packet = session.receive(); packet !== null; packet = session.receive()) {
      if (packet.u32(0) !== state.heard + 1) state.gaps += 1;
      state.heard += 1;
    }
    write(session);
    if (state.updates % ALARM_EVERY === 0) session.wakeAt(session.tick.nowMs + ALARM_MS);
  },
});

/** What is wrong with a state, in words; undefined if nothing is. */
export function faultOf(accountId, state) {
  const { salt, updates, heard, gaps } = state;
  const fields = fieldsOf(accountId, salt, updates, heard);
  const found = {
    floats: Array.from(state.floats),
    words: Array.from(state.words),
    shorts: Array.from(state.shorts),
    odd: state.odd,
    kind: state.kind,
    note: state.note.value.text,
  };
  for (const [name, value] of Object.entries(fields)) {
    if (JSON.stringify(found[name]) !== JSON.stringify(value))
      return `${name} is ${JSON.stringify(found[name])}, not ${JSON.stringify(value)}`;
  }
  return gaps > 0 ? `${gaps} packets were not the next` : undefined;
}
