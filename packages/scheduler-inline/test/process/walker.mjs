import { defineBehavior, u32 } from '@dormouse/core';

export default defineBehavior(import.meta.url, {
  state: { steps: u32() },
  update(session, diffMs) {
    session.state.steps += diffMs;
  },
});
