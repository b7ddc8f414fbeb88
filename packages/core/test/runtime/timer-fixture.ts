import { SessionView } from '../../src/runtime/session-view.js';
import { defineStateClass } from '../../src/runtime/state-view.js';
import { TickClock } from '../../src/session/tick-clock.js';
import { makeBlock } from '../memory/block-fixture.js';
import { makeServices } from './services-fixture.js';

/** The sessions of one block, at a time of the test's own. */
export function makeTimers(startTimeMs = 0) {
  const { block, layout, table } = makeBlock();
  const clock = new TickClock(startTimeMs);
  const view = new SessionView(new (defineStateClass(layout))(), makeServices(table, clock));
  view.$attach(block);
  /** The session of a row; the last one asked for is the one it is. */
  const session = (row = 0): SessionView => {
    view.$row = row;
    return view;
  };
  return { block, clock, session };
}
