import { defineBehavior, f64, u32 } from '@dormouse/core';
import { create, fields } from './fields.js';

/** Dormouse derives both from its ticks; here an update writes them, as everybody else's does, so that there is something to prove that it was made. */
export const state = { ...fields, updates: u32(), lastUpdateMs: f64() };

/** W0: an update counts itself and notes its time. What is left is the machinery. */
export const session = defineBehavior(import.meta.url, {
  name: 'W0-session',
  state,
  create,
  update({ state, tick }) {
    state.updates++;
    state.lastUpdateMs = tick.nowMs;
  },
});

export const batch = defineBehavior(import.meta.url, {
  name: 'W0-batch',
  state,
  create,
  updateBatch({ at, u32, f64, begin, end, tick }) {
    const { nowMs } = tick;
    const { updates, lastUpdateMs } = at;
    for (let row = begin; row < end; row++) {
      u32[updates + row]++;
      f64[lastUpdateMs + row] = nowMs;
    }
  },
});
