import { defineBehavior, text, u32 } from '@dormouse/core/behavior';

export interface Greeting {
  readonly name: string;
}

export const counter = defineBehavior(import.meta.url, {
  state: { updates: u32(), heard: u32(), name: text(16) },
  create(session, init: Greeting | undefined) {
    session.state.name = init?.name ?? 'nobody';
  },
  update(session) {
    session.state.updates += 1;
    for (let packet = session.receive(); packet !== null; packet = session.receive()) session.state.heard += packet.length;
    session.send(7, new Uint8Array([session.state.updates]));
  },
});
