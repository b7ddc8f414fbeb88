import type { Arith } from '../workloads.js';
import type { ComparedWorkload } from './contender.js';

/** One way to run the native program, which is a process of its own in each round and verified as everybody is. */
export interface NativeContender {
  /** Unique, kebab-case: `native-arena-list`. */
  readonly name: string;
  readonly title: string;
  /** `heap`: each session an allocation, as the design has it. `arena`: side by side. `soa`: columns, eight to a vector (AVX2). */
  readonly layout: 'heap' | 'arena' | 'soa';
  /** `map`: the account index is walked in every tick, as the design has it. `list`: an ordered list is kept. */
  readonly collect: 'map' | 'list';
  readonly scheduler: 'tbb' | 'static' | 'serial';
  readonly form: string;
  /** One thread, or as many as the machine has cores, the calling one among them. */
  readonly threads: 'one' | 'cores';
  readonly justification: string;
  /** Why it has no such workload; undefined if it has. */
  reasonAgainst(workload: ComparedWorkload, arith: Arith): string | undefined;
}
