import { describe, expect, it } from 'vitest';
import { CONTENDERS } from '#bench';
import {
  type Arm,
  type ArmSetup,
  COMPARED_WORKLOADS,
  type ComparedWorkload,
  type Contender,
  type FinalSession,
  type PacketSink,
} from '../src/compare/contender.js';
import { recoveryOf } from '../src/compare/recovery.js';
import { loseThread } from '../src/compare/thread-loss.js';
import { checksumOf } from '../src/harness/checksum.js';
import { type Inbound, inboundOf } from '../src/harness/inbound.js';
import { openReference, type Reference } from '../src/reference/reference.js';
import { ARITHS, type Arith } from '../src/workloads.js';

const SESSIONS = 100;
/** Past the first packets of W8's second phase, which wake the first sleepers. */
const TICKS = 25;
const LOSS_BOUND_MS = 20_000;

const contenders = CONTENDERS.filter(({ kind }) => kind !== 'by-hand');

/** Threads of a contender in tests: of two cores. */
function workersOf({ workerShares: [share] }: Contender): number {
  if (share === 'none') return 0;
  return share === 'cores' ? 2 : 1;
}

/** Adds up what it is given. */
class Egress implements PacketSink {
  taken = 0;
  sum = 0;

  take(words: Int32Array | Uint32Array, start: number): void {
    this.taken++;
    for (let j = 0; j < 4; j++) this.sum = (this.sum + words[start + j]) | 0;
  }
}

/** An arm beside the reference. */
class Compared {
  readonly arm: Arm;
  readonly reference: Reference;
  readonly #inbound: Inbound;
  readonly #egress: Egress;

  private constructor(arm: Arm, setup: ArmSetup, egress: Egress) {
    this.arm = arm;
    this.reference = openReference(setup);
    this.#inbound = inboundOf(setup.workload, setup.sessions);
    this.#egress = egress;
  }

  static async open(contender: Contender, workload: ComparedWorkload, arith: Arith): Promise<Compared> {
    const setup: ArmSetup = { workload, arith, sessions: SESSIONS, diffMs: 100, workers: workersOf(contender) };
    const egress = new Egress();
    return new Compared(await contender.open(setup, egress), setup, egress);
  }

  async run(ticks: number): Promise<void> {
    const { arm, reference } = this;
    for (const end = reference.ticks + ticks; reference.ticks < end; reference.tick()) {
      await arm.tick(reference.ticks, this.#inbound(reference.ticks));
    }
  }

  /** The arm's sessions, all that they have sent, and their state are the reference's. */
  async expectEqual(): Promise<void> {
    const { reference } = this;
    const { taken, sum } = this.#egress;
    const found = [...(await this.arm.sessions())];
    expect(found.map(counts)).toEqual([...reference.sessions()].map(counts));
    expect([checksumOf(found), taken, sum >>> 0]).toEqual([reference.checksum(), reference.packetsOut(), reference.egressSum()]);
  }
}

const counts = ({ updateCount, packetsIn, packetsOut, bytesIn, bytesOut }: FinalSession) => ({
  updateCount,
  packetsIn,
  packetsOut,
  bytesIn,
  bytesOut,
});

async function compare(
  contender: Contender,
  workload: ComparedWorkload,
  arith: Arith,
  run: (compared: Compared) => Promise<void>,
): Promise<void> {
  const compared = await Compared.open(contender, workload, arith);
  try {
    await run(compared);
    await compared.expectEqual();
  } finally {
    await compared.arm.close();
  }
}

describe.each(contenders)('contender $name', (contender) => {
  const arithsOf = (workload: ComparedWorkload) => ARITHS.filter((arith) => contender.reasonAgainst(workload, arith) === undefined);

  // Where threads must be started each time, f64 alone if there is that: the code is the same.
  const cases = COMPARED_WORKLOADS.flatMap((workload) =>
    arithsOf(workload)
      .slice(workersOf(contender) > 0 ? -1 : 0)
      .map((arith) => ({ workload, arith })),
  );

  it.each(cases)('does $workload in $arith as the reference does', ({ workload, arith }) =>
    compare(contender, workload, arith, (compared) => compared.run(TICKS)),
  );

  if (workersOf(contender) === 0 || arithsOf('W1').length === 0) return;
  const arith = arithsOf('W1')[1] ?? 'f32';

  it('goes on with more threads and with fewer, and nothing is lost', () =>
    compare(contender, 'W1', arith, async (compared) => {
      await compared.run(5);
      for (const workers of [3, 1]) {
        await compared.arm.resize?.(workers);
        await compared.run(5);
      }
      expect(compared.arm.resize).toBeDefined();
    }));

  const half = contender.callerTakesPart !== true;
  it(`goes on when a thread has ended ${half ? 'in an update, whose session alone is put aside' : 'between two ticks'}, and nothing is lost`, async () => {
    const setup: ArmSetup = { workload: 'W1', arith, sessions: SESSIONS, diffMs: 100, workers: workersOf(contender) };
    const arm = await contender.open(setup, new Egress());
    try {
      for (let t = 0; t < 5; t++) await arm.tick(t, null);
      const { outcome } = recoveryOf(await loseThread(arm, 5, LOSS_BOUND_MS), setup);
      const expected = half ? { kind: 'quarantined', sessions: 1 } : { kind: 'whole', sessions: 0 };
      expect({ outcome, death: arm.death }).toEqual({ outcome: expected, death: half ? 'in an update' : 'between ticks' });
    } finally {
      await arm.close();
    }
  });
});
