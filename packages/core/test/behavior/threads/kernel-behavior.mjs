/** Sessions that are updated by a kernel, and the same by columns. */
import { defineBehavior, f64, u32 } from '@dormouse/core';
import { countingKernel } from './wasm.mjs';

const state = { heavy: f64({ hot: true, initial: 0.5 }), updates: u32({ hot: true }), fate: u32({ hot: true }), cold: u32() };
const create = (session, fate) => {
  session.state.cold = session.accountId;
  session.state.fate = fate ?? 0;
};

export const counted = defineBehavior(import.meta.url, {
  name: 'counted',
  state,
  create,
  kernel: { module: countingKernel(), params: { amount: 3 } },
});

export const countedInJavaScript = defineBehavior(import.meta.url, {
  name: 'counted',
  state,
  create,
  updateBatch({ hot, at, begin, end }) {
    for (let row = begin; row < end; row++) hot.u32[at.updates + row] += 3;
  },
});
