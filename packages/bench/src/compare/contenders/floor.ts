import type { Arm, ArmSetup, Contender, PacketSink } from '../contender.js';

export const FLOOR: Contender = {
  name: 'floor',
  title: 'a bare loop over typed arrays',
  kind: 'control',
  library: null,
  form: 'columns',
  workerShares: ['none'],
  justification:
    'A loop for each workload, in passes where that is faster, and nothing around it: what the work itself takes on one thread. In W5 it goes over plain objects, in W8 over a list of those awake.',
  reasonAgainst: () => undefined,
  open,
};

async function open(setup: ArmSetup, sink: PacketSink): Promise<Arm> {
  const [{ openFloor }, { handOver }] = await Promise.all([import('../../floor/floor.js'), import('../../floor/rings.js')]);
  const floor = await openFloor(setup);
  const sends = setup.workload === 'W2' ? floor.packets : undefined;
  return {
    tick(t, inbound) {
      floor.before(t, inbound);
      floor.update(t);
      floor.after(t);
      if (sends !== undefined) handOver(sends, sink);
    },
    sessions: () => floor.sessions(),
    async close() {},
  };
}
