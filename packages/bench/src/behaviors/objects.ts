import { data, defineBehavior, text, u8 } from '@dormouse/core/behavior';
import { addedBy, ITEM_KEYS, ITEM_KINDS, JOURNAL_ENTRIES, MOST_OF_A_KIND, type OwnBelongings, trade } from '../arithmetic/items.js';
import { xs } from '../arithmetic/random.js';
import { create, fields } from './fields.js';

const nothing: OwnBelongings = { title: '', inventory: new Map(), journal: [] };

const own = { ...fields, belongings: data({ maxBytes: 2048, initial: nothing }) };

/** W5 as it is written first: what a session has is an object in a data field. Each update decodes and encodes it, which is where Dormouse loses. */
export const session = defineBehavior(import.meta.url, {
  name: 'W5-session',
  state: own,
  create,
  update({ state, accountId, updateCount }) {
    const rng = xs(state.rng);
    state.rng = rng;
    state.belongings.edit((belongings) => trade(belongings, accountId, updateCount, rng));
  },
});

const columns = {
  ...fields,
  title: text(40),
  /** How many of each kind; 0: none. */
  carried: u8({ length: ITEM_KINDS }),
  /** The journal, a ring: the entry of update u is element (u - 1) % 16 of both. */
  notedKind: u8({ length: JOURNAL_ENTRIES }),
  notedCount: u8({ length: JOURNAL_ENTRIES }),
};

/** The way out: the same in columns. A map of few keys is an array of counts, a list that keeps its last entries a ring, and a note is made of its numbers by whoever reads it. */
export const batch = defineBehavior(import.meta.url, {
  name: 'W5-batch',
  state: columns,
  create,
  updateBatch(rows) {
    const { at, u8, u32, begin, end } = rows;
    for (let row = begin; row < end; row++) {
      const rng = xs(u32[at.rng + row]);
      u32[at.rng + row] = rng;
      const kind = rng & (ITEM_KINDS - 1);
      const first = at.carried + row * ITEM_KINDS;
      let count = u8[first + kind] + addedBy(rng);
      if (count > MOST_OF_A_KIND) count = 0;
      u8[first + kind] = count;
      let kinds = 0;
      for (let i = first; i < first + ITEM_KINDS; i++) if (u8[i] > 0) kinds++;
      const session = rows.session(row);
      const entry = row * JOURNAL_ENTRIES + ((session.updateCount - 1) % JOURNAL_ENTRIES);
      u8[at.notedKind + entry] = kind;
      u8[at.notedCount + entry] = count;
      session.state.title = `bot ${session.accountId} carries ${kinds}, last ${ITEM_KEYS[kind]}`;
    }
  },
});
