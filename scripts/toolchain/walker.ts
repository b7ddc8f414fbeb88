import { defineBehavior, f32, text, u32 } from '@dormouse/core/behavior';
import { paceAt } from './pace.ts';

/** Set by bundle.mjs alone, where this module ends up in a bundle that is not its own. */
declare const WALKER_URL: string | undefined;

export interface Walk {
  readonly name: string;
}

export const TRIP = 9;

export default defineBehavior(typeof WALKER_URL === 'string' ? new URL(WALKER_URL, import.meta.url) : import.meta.url, {
  name: 'walker',
  state: { x: f32(), steps: u32(), name: text(16) },
  create(session, init: Walk | undefined) {
    session.state.name = init?.name ?? 'nobody';
  },
  update(session, diffMs) {
    const { state } = session;
    state.x += (paceAt(state.steps) * diffMs) / 1000;
    state.steps += 1;
    for (let packet = session.receive(); packet !== null; packet = session.receive()) {
      if (packet.opcode === TRIP) {
        throw new Error(`${state.name} tripped`);
      }
    }
  },
});
