import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { devNull, tmpdir } from 'node:os';
import { join } from 'node:path';
import { INBOUND_BYTES } from '../arithmetic/packets.js';
import { sessionsIn } from '../native/dump.js';
import { type NativeReport, runNativeProgram } from '../native/run.js';
import type { Arith } from '../workloads.js';
import type { Finished } from './arm-protocol.js';
import { endChild, remember } from './children.js';
import type { ArmSetup } from './contender.js';
import type { RaceRound, Racer } from './racer.js';
import { readingOf } from './sessions-reading.js';
import { typicalUs } from './typical-tick.js';
import { differenceOf } from './verify.js';

/** How the program keeps sessions, and what it updates them with. */
export interface NativeWay {
  /** `heap`: each session an allocation, as the design has it. `arena`: side by side. `soa`: columns, eight to a vector (AVX2). */
  readonly layout: 'heap' | 'arena' | 'soa';
  /** `map`: the account index is walked in every tick, as the design has it. `list`: an ordered list is kept. */
  readonly collect: 'map' | 'list';
  readonly scheduler: 'tbb' | 'static' | 'serial';
}

const PROBE_SESSIONS = 64;
/** Ticks of a round before those that count: memory is touched, and branches are learnt. Of the workloads' periods a multiple. */
const SKIPPED_TICKS = 20;
/** Its rings go round: until they have once, each tick has pages that nobody has touched. */
const SKIPPED_TICKS_OF_PACKETS = Math.ceil(16_384 / (4 + INBOUND_BYTES));
const WARM_UP_TICKS = 40;

/**
 * The native program as an arm: it begins anew in each round, so that all its rounds come to the same. Sessions are read from what it writes after its last tick, and
 * hashed here; packets it counts and adds up itself, as its driver takes them from the rings.
 */
export class NativeRacer implements Racer {
  readonly #program: string;
  readonly #way: NativeWay;
  readonly #threads: number;
  readonly #setup: Omit<ArmSetup, 'workers'>;
  #running: ChildProcess | undefined;
  #finished: Finished | undefined;
  /** Where it writes its sessions, while it is open. */
  #folder: string | undefined;

  constructor(program: string, way: NativeWay, threads: number, setup: Omit<ArmSetup, 'workers'>) {
    this.#program = program;
    this.#way = way;
    this.#threads = threads;
    this.#setup = setup;
  }

  async open(): Promise<void> {
    this.#folder = mkdtempSync(join(tmpdir(), 'dormouse-native-'));
  }

  /** It has no state that could be kept warm: so many ticks only tell how long one takes. */
  async warmUp(): Promise<number> {
    const { everyTickUs = [] } = await this.#run(WARM_UP_TICKS);
    return typicalUs(everyTickUs, this.#setup.workload);
  }

  async round(ticks: number): Promise<RaceRound> {
    const report = await this.#run(ticks);
    const finished = finishedOf(report, this.#dump);
    const difference = differenceOf(finished, this.#finished ?? finished);
    if (difference !== undefined) throw new Error(`two rounds differ: ${difference}`);
    this.#finished = finished;
    const { everyTickUs = [], cpuUsPerTick } = report;
    if (everyTickUs.length !== ticks) throw new Error(`it tells the times of ${everyTickUs.length} ticks of ${ticks}`);
    const ticksUs = Float64Array.from(everyTickUs);
    return { typicalUs: typicalUs(ticksUs, this.#setup.workload), ticksUs, cpuUs: cpuUsPerTick * ticks, ticks };
  }

  async finish(): Promise<Finished> {
    if (this.#finished === undefined) throw new Error('it has run no round');
    return this.#finished;
  }

  async close(): Promise<void> {
    this.end();
  }

  end(): void {
    if (this.#running !== undefined) endChild(this.#running);
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
  }

  get #dump(): string {
    if (this.#folder === undefined) throw new Error('the arm is not open');
    return join(this.#folder, 'sessions');
  }

  #run(ticks: number): Promise<NativeReport> {
    const { workload, arith, sessions, diffMs } = this.#setup;
    const skip = workload === 'W2' ? SKIPPED_TICKS_OF_PACKETS : SKIPPED_TICKS;
    const counts = { sessions, diff: diffMs, ticks: ticks + skip, skip, threads: this.#threads };
    return runNativeProgram(
      this.#program,
      { workload, arith, ...counts, ...flagsOf(this.#way), 'every-tick': 'yes', dump: this.#dump },
      (child) => {
        remember(child);
        this.#running = child;
      },
    );
  }
}

function finishedOf({ ticks, packetsTaken, egressSum, rssAfterTicksKiB }: NativeReport, dump: string): Finished {
  const rssBytes = rssAfterTicksKiB < 0 ? null : rssAfterTicksKiB * 1024;
  return { ...readingOf(sessionsIn(dump)), ticks, packetsTaken, egressSum: Number.parseInt(egressSum, 16), rssBytes };
}

/** What a program says of itself, having run a few ticks of W1. Rejects with why it does not run so, or is too old to write its sessions. */
export async function probeNative(program: string, way: NativeWay, arith: Arith): Promise<{ version: string }> {
  const options = { workload: 'W1', arith, sessions: PROBE_SESSIONS, ticks: 10, threads: 1, ...flagsOf(way), dump: devNull } as const;
  const { version } = await runNativeProgram(program, options, remember);
  return { version };
}

/** Of a contender, that alone: what else it has are no flags of the program. */
function flagsOf({ layout, collect, scheduler }: NativeWay): NativeWay {
  return { layout, collect, scheduler };
}
