import { defineBehavior, type Session, u32 } from '@dormouse/core/behavior';
import { create as createBody, hotFields, type Init } from './fields.js';

/** W3, W4 and W6 in f32 by assembly/heavy.ts, which runs alike for all. */
const workload = new URL(import.meta.url).searchParams.get('workload') ?? 'W3';

const state = { ...hotFields, repeat: u32({ hot: true, initial: 1 }) };

export const kernel = defineBehavior(import.meta.url, {
  name: `${workload}-kernel-f32`,
  state,
  create(session: Session<typeof state>, init: Init | undefined) {
    createBody(session);
    if (init !== undefined) session.state.repeat = init.repeat;
  },
  kernel: { module: new URL('../kernels/heavy.wasm', import.meta.url) },
});
