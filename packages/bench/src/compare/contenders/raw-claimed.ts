import type { Contender } from '../contender.js';

/** The strongest that was found without a library and without Dormouse. */
export const RAW_CLAIMED: Contender = {
  name: 'raw-claimed',
  title: 'bare worker threads, shared memory, batches of 64 claimed, caller joins',
  kind: 'control',
  library: null,
  form: 'shared-claimed',
  workerShares: ['cores-1'],
  callerTakesPart: true,
  justification:
    "What a strong engineer writes in an afternoon: the floor's loops over columns, an epoch word that wakes threads from Atomics.wait, batches claimed from a shared counter, " +
    'the calling thread among those who claim, and nobody waited for who has claimed nothing. As with Dormouse, threads look out for 50 µs before they sleep where ticks come ' +
    'one behind the other, and the calling thread runs alone what it does within 20 µs, or within 100 µs where others sleep. A session has room for one packet in each direction, not a ring.',
  remark: 'a thread that dies within a batch hangs it for ever, and a fault of one session ends all',
  reasonAgainst: (workload) => (workload === 'W5' ? 'maps, lists and strings have no place in shared memory' : undefined),
  open: async (setup, sink) => (await import('../../by-hand/claimed-arm.js')).openClaimed(setup, sink),
};
