import type { Arm, ArmSetup, Contender, PacketSink } from '../contender.js';

interface EcsModule {
  openEcsFleet(setup: ArmSetup, sink: PacketSink): Arm;
}

/** An entity component system on one thread. */
export const BITECS: Contender = {
  name: 'bitecs',
  title: 'bitECS, one thread',
  kind: 'control',
  library: 'bitecs',
  form: 'batch',
  workerShares: ['none'],
  justification:
    'Components are typed arrays and systems are loops over one query each, as its documentation recommends for speed; sleep is a tag that is taken away; packets are in rings beside the components; what W5 changes is an object an entity, the form it has for small shapes.',
  reasonAgainst: () => undefined,
  async open(setup, sink) {
    const { openEcsFleet } = (await import(new URL(`./ecs/fleet-${setup.arith}.js`, import.meta.url).href)) as EcsModule;
    return openEcsFleet(setup, sink);
  },
};
