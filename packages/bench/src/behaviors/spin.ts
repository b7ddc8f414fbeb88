import { defineBehavior, u32 } from '@dormouse/core/behavior';

/** Updates of a session before it never returns from one; 0: it always does. */
const fields = { spinsAfter: u32(), updates: u32() };

export const session = defineBehavior(import.meta.url, {
  name: 'spin',
  state: fields,
  create({ state }, spinsAfter: number | undefined) {
    state.spinsAfter = spinsAfter ?? 0;
  },
  update({ state }) {
    state.updates++;
    while (state.updates === state.spinsAfter) {}
  },
});
