import type { Arm, ArmSetup, Contender, PacketSink } from '../contender.js';

interface PlainModule {
  openPlainFleet(setup: ArmSetup, sink: PacketSink): Arm;
}

/** What one writes first in JavaScript, and well: a class with an `update`, an array of its objects, one thread. */
export const PLAIN_OBJECTS: Contender = {
  name: 'plain-objects',
  title: 'plain objects, one thread',
  kind: 'control',
  library: null,
  form: 'session',
  workerShares: ['none'],
  justification:
    'A class a workload, so that each call of update has one target; factors of a tick computed once; a ring of typed words a bot for packets, as objects for each would be thrown away; of sleepers nothing is visited.',
  reasonAgainst: () => undefined,
  async open(setup, sink) {
    const { openPlainFleet } = (await import(new URL(`./plain/fleet-${setup.arith}.js`, import.meta.url).href)) as PlainModule;
    return openPlainFleet(setup, sink);
  },
};
