import type { Arith } from '../workloads.js';
import type { ComparedWorkload } from './contender.js';
import { NativeRacer, type NativeWay, probeNative } from './native-racer.js';
import type { RacingArm } from './racer.js';
import type { ArmDescription, Refusal } from './result.js';

/** One way to run the native program, which is a process of its own in each round, and verified by the sessions that it writes. */
export interface NativeContender extends NativeWay {
  /** Unique, kebab-case: `native-arena-list`. */
  readonly name: string;
  readonly title: string;
  readonly form: string;
  /** One thread, or as many as the machine has cores, the calling one among them. */
  readonly threads: 'one' | 'cores';
  readonly justification: string;
  /** Why it has no such workload; undefined if it has. */
  reasonAgainst(workload: ComparedWorkload, arith: Arith): string | undefined;
}

/** The native arms of a machine, and those that do not run there: all of them where there is no program. */
export interface NativeArms {
  readonly arms: readonly RacingArm[];
  readonly skipped: readonly Refusal[];
  /** What the program says of itself; null without one. */
  readonly version: string | null;
}

/** Tries each: layouts need what a machine may not have. */
export async function nativeArmsOf(
  contenders: readonly NativeContender[],
  program: string | undefined,
  cores: number,
): Promise<NativeArms> {
  const arms: RacingArm[] = [];
  const skipped: Refusal[] = [];
  let version: string | null = null;
  for (const contender of contenders) {
    const arm = nativeArmOf(contender, contender.threads === 'one' ? 1 : cores, program);
    const { name } = arm.description;
    const probed =
      program === undefined ? 'there is no native program: `dormouse-bench native` builds it' : await probe(contender, program);
    if (typeof probed === 'string') skipped.push({ arm: name, workload: null, reason: probed });
    else {
      arms.push(arm);
      version = probed.version;
    }
  }
  return { arms, skipped, version };
}

/** One with so many threads, the calling one among them. */
function nativeArmOf(contender: NativeContender, threads: number, program = ''): RacingArm {
  return {
    description: describe(contender, threads),
    reasonAgainst: (workload, arith) => contender.reasonAgainst(workload, arith),
    withParticipants(participants) {
      const fits = contender.threads === 'cores' || participants === 1;
      return fits ? nativeArmOf(contender, participants, program) : undefined;
    },
    opening: undefined,
    enter: (setup) => new NativeRacer(program, contender, threads, setup),
  };
}

async function probe(contender: NativeContender, program: string): Promise<{ version: string } | string> {
  const f32 = contender.reasonAgainst('W1', 'f64') !== undefined;
  try {
    return await probeNative(program, contender, f32 ? 'f32' : 'f64');
  } catch (error) {
    return `it does not run here: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function describe({ name, title, form, justification }: NativeContender, threads: number): ArmDescription {
  return {
    name: `${name}@${threads}`,
    contender: name,
    title,
    kind: 'native',
    library: null,
    form,
    workers: threads - 1,
    participants: threads,
    justification,
    remark: null,
  };
}
