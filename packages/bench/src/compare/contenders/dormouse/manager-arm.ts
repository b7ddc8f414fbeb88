import { type AnyBehavior, type IScheduler, residentScheduler, type SessionHandle, SessionManager, type StateOf } from '@dormouse/core';
import { FIRST_ACCOUNT, START_MS } from '../../../arithmetic/random.js';
import { belongingsOf } from '../../../behaviors/belongings.js';
import type { fields } from '../../../behaviors/fields.js';
import { builtUrl } from '../../../built.js';
import { ThreadWatch } from '../../../by-hand/thread-watch.js';
import { PacketDriver } from '../../../harness/packet-driver.js';
import { type Caller, makeScheduler } from '../../../harness/scheduler-choice.js';
import { createSessions } from '../../../harness/session-creation.js';
import { SleepDriver } from '../../../harness/sleep-driver.js';
import { behaviorOf, type Form } from '../../../workloads.js';
import type { Arm, ArmSetup, ComparedWorkload, FinalSession, InboundPackets, PacketSink, ThreadDeath } from '../../contender.js';
import { endBetweenTicks, endInUpdate } from './deaths.js';
import { rawLauncher } from './raw-launcher.js';

/** What runs the batches, and in which form they are written. */
export interface ManagerChoice {
  /** The name of a built-in scheduler, or `raw`: the protocol of these on bare worker threads. */
  readonly scheduler: string;
  readonly caller: Caller;
  readonly form: Form;
}

/** With an idle caller some worker runs each update, so that one can be made to end in it; a caller that joins may run a light tick alone. */
const deathOf = ({ caller, form }: ManagerChoice): ThreadDeath =>
  caller === 'idle' && form !== 'kernel' ? 'in an update' : 'between ticks';

/** Sessions of a manager, driven as a host drives them: packets by `pushBatch` and `onPackets`, a tick by `updateAllSessions`. */
export async function openManagerArm(choice: ManagerChoice, setup: ArmSetup, sink: PacketSink): Promise<Arm> {
  const { workload, arith, sessions, diffMs, workers } = setup;
  const threads = new ThreadWatch();
  const manager = await SessionManager.start<AnyBehavior>({
    behavior: await behaviorOf(workload, arith, choice.form),
    scheduler: await schedulerOf(choice, workers),
    workerThreads: workers,
    maxConcurrentSessions: sessions,
    poolSize: sessions,
    // A manager puts sessions to sleep after minutes: the host looks after those of W8 itself, and the others never sleep.
    enableAutoHibernation: false,
    startTimeMs: START_MS,
    // It would be warned of the threads that are made to end.
    logger: { debug() {}, info() {}, warn() {}, error: (message) => console.error(message) },
    workerSetup: [builtUrl('dormouse/mortal-thread.js')],
    onPackets: ({ begin, end, words, starts }) => {
      for (let i = begin; i < end; i++) sink.take(words, starts[i]);
    },
  });
  const handles = createSessions(manager, workload, sessions);
  let arrived: InboundPackets | null = null;
  const packets = new PacketDriver(manager, handles, () => arrived);
  const sleep = workload === 'W8' ? new SleepDriver(handles) : undefined;
  const death = deathOf(choice);
  /** Ranks of those in quarantine, as reports have named them. */
  const aside: number[] = [];
  /** The tick in which a thread was made to end. */
  let fatalTick: Promise<void> | undefined;
  const fatal = async (): Promise<void> => {
    const { faults } = await manager.updateAllSessions(diffMs);
    for (const { accountId, quarantined } of faults) if (quarantined) aside.push(accountId - FIRST_ACCOUNT);
  };

  return {
    async tick(t, inbound) {
      if (fatalTick !== undefined) {
        await fatalTick;
        fatalTick = undefined;
      }
      const nowMs = START_MS + diffMs * (t + 1);
      if (inbound !== null) {
        arrived = inbound;
        const ranks = packets.push(t);
        if (ranks !== null) sleep?.received(ranks, nowMs);
      }
      const { faults } = await manager.updateAllSessions(diffMs);
      if (faults.length > 0) throw faults[0].error;
      sleep?.look(t, nowMs);
    },
    sessions() {
      const read = (): FinalSession[] => handles.map((handle) => finalOf(workload, handle));
      return sleep === undefined ? read() : sleep.whileAwake(read);
    },
    close: () => threads.end(() => manager.shutdown()),
    ...(workers > 0 && {
      resize: (count: number) => manager.setWorkerThreadCount(count),
      death,
      async killThread() {
        if (death === 'between ticks') await endBetweenTicks(threads);
        else fatalTick = (await endInUpdate(threads, fatal)).tickEnds;
      },
      putAside: () => aside,
    }),
  };
}

async function schedulerOf({ scheduler, caller }: ManagerChoice, workers: number): Promise<IScheduler> {
  if (scheduler !== 'raw') return makeScheduler({ scheduler, workers, caller });
  const thread = builtUrl('dormouse/raw-thread.js');
  return residentScheduler(rawLauncher(thread), { callerParticipates: caller === 'joins' });
}

function finalOf(workload: ComparedWorkload, handle: SessionHandle): FinalSession {
  const { state, updateCount, packetsIn, packetsOut, bytesIn, bytesOut } = handle;
  const { x, y, vx, vy, hp, targetX, targetY, rng } = state as StateOf<typeof fields>;
  const values = { updateCount, x, y, vx, vy, hp, targetX, targetY, rng, packetsIn, packetsOut, bytesIn, bytesOut };
  return workload === 'W5' ? { ...values, belongings: belongingsOf(state as Parameters<typeof belongingsOf>[0], updateCount) } : values;
}
