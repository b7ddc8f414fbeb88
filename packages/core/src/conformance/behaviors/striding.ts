import { defineBehavior } from '../../behavior.js';
import { f32, f64, u32 } from '../../layout/field.js';
import type { Session } from '../../session-api.js';
import { STRIDE_WASM } from '../stride-wasm.js';
import { HERE } from './here.js';

const WIDTH = 100;

const state = {
  x: f32({ hot: true }),
  seed: u32({ hot: true }),
  updates: u32({ hot: true }),
  seenMs: f64({ hot: true }),
  naps: u32(),
};

const create = (session: Session<typeof state>): void => {
  session.state.seed = Math.imul(session.accountId, 0x9e37_79b1) | 1;
};

const hibernate = (session: Session<typeof state>): boolean => {
  session.state.naps += 1;
  return session.state.seed % 16 !== 3;
};

/** Strides on by chance, in WebAssembly: what it makes of each row tells how often, and when last, it was called for it. */
export const striding = defineBehavior(HERE, {
  name: 'conformance-striding',
  state,
  create,
  hibernate,
  kernel: { module: Buffer.from(STRIDE_WASM, 'base64'), params: { width: WIDTH } },
});

/** The same in JavaScript. */
export const stridingInJavaScript = defineBehavior(HERE, {
  name: 'conformance-striding',
  state,
  create,
  hibernate,
  update({ state: own, tick }, diffMs) {
    let { seed } = own;
    seed ^= seed << 13;
    seed ^= seed >>> 17;
    seed ^= seed << 5;
    own.seed = seed;
    const x = Math.fround(own.x + Math.fround((seed & 255) * Math.fround(diffMs / 1000)));
    own.x = x >= WIDTH ? x - WIDTH : x;
    own.updates += 1;
    own.seenMs = tick.nowMs;
  },
});
