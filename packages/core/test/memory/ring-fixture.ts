import { HostRings } from '../../src/memory/packet-ring.js';
import { SessionView } from '../../src/runtime/session-view.js';
import { defineStateClass } from '../../src/runtime/state-view.js';
import { makeServices } from '../runtime/services-fixture.js';
import { makeBlock } from './block-fixture.js';

/** Both ends of one block's rings: `push` and `rings` are the host's, `at(row)` is the session's. */
export function makeRings(ringBytes = 1024) {
  const { block, layout, table } = makeBlock({ ringBytes });
  const State = defineStateClass(layout);
  const session = new SessionView(new State(), makeServices(table));
  session.$attach(block);
  const rings = new HostRings(4, ringBytes);
  const push = (row: number, opcode: number, bytes: Uint8Array) => rings.push(block, row, opcode, bytes, 0, bytes.length);
  const at = (row: number) => {
    session.$row = row;
    return session;
  };
  return { block, session, rings, push, at };
}
