import { defineBehavior } from '@dormouse/core/behavior';
import { create, hotFields } from './fields.js';

/** W1 in f32 by assembly/light.ts. */
export const kernel = defineBehavior(import.meta.url, {
  name: 'W1-kernel-f32',
  state: hotFields,
  create,
  kernel: { module: new URL('../kernels/light.wasm', import.meta.url) },
});
