import type { ComparedWorkload } from '../contender.js';
import type { NativeContender } from '../native-arm.js';

const THREADS_NOTE = 'oneTBB’s parallel_for over batches of 64, the calling thread among its threads';

/** Of all of them. */
const PROGRAM_NOTE = 'Begun anew in each round; its driver, a part of the program, writes packets straight into the rings.';

function everything(): undefined {
  return undefined;
}

/** Workloads that the vector code is written for. */
const VECTOR_WORKLOADS: ReadonlySet<ComparedWorkload> = new Set(['W0', 'W1', 'W4']);

const WAYS: readonly NativeContender[] = [
  {
    name: 'native-heap-map',
    title: 'C++ and oneTBB, as the design specifies it',
    layout: 'heap',
    collect: 'map',
    scheduler: 'tbb',
    form: 'session',
    threads: 'cores',
    justification: `Each session an allocation of its own, collected from the account index in every tick, as the design has it; ${THREADS_NOTE}.`,
    reasonAgainst: everything,
  },
  {
    name: 'native-arena-list',
    title: 'C++ and oneTBB, sessions side by side',
    layout: 'arena',
    collect: 'list',
    scheduler: 'tbb',
    form: 'session',
    threads: 'cores',
    justification: `Sessions lie side by side and a list of them is kept in order: the fastest scalar C++ that was found; ${THREADS_NOTE}.`,
    reasonAgainst: everything,
  },
  {
    name: 'native-arena-list-static',
    title: 'C++, sessions side by side, one share a thread',
    layout: 'arena',
    collect: 'list',
    scheduler: 'static',
    form: 'session',
    threads: 'cores',
    justification: 'The same with one contiguous share a thread, and nobody steals: what stealing is worth in C++.',
    reasonAgainst: everything,
  },
  {
    name: 'native-arena-list-serial',
    title: 'C++, sessions side by side, one thread',
    layout: 'arena',
    collect: 'list',
    scheduler: 'serial',
    form: 'session',
    threads: 'one',
    justification: 'The same on one thread, beside whatever else runs on one.',
    reasonAgainst: everything,
  },
  {
    name: 'native-soa',
    title: 'C++ and oneTBB, AVX2 columns',
    layout: 'soa',
    collect: 'list',
    scheduler: 'tbb',
    form: 'kernel',
    threads: 'cores',
    justification: `Columns, eight sessions to a vector of AVX2, in f32: the fastest that was found; ${THREADS_NOTE}.`,
    reasonAgainst: (workload, arith) =>
      arith === 'f32' && VECTOR_WORKLOADS.has(workload)
        ? undefined
        : `columns of AVX2 are there for W0, W1 and W4 in f32: got ${workload} in ${arith}`,
  },
];

/** The C++ program, in the layouts and with the schedulers that differ. */
export const NATIVE: readonly NativeContender[] = WAYS.map((way) => ({ ...way, justification: `${way.justification} ${PROGRAM_NOTE}` }));
