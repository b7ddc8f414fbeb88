import { THREADS } from '../../by-hand/threads-pool.js';
import type { Contender } from '../contender.js';
import { handContenders } from './by-hand.js';

export const THREADS_CONTENDERS: readonly Contender[] = handContenders({
  name: 'threads',
  remark: 'unmaintained since 2024, kept for comparison',
  pools: THREADS,
  configuration:
    'spawn, and a queue of our own of which each thread takes the next task when it has answered: its Pool waits for a timer with every task, 1 ms each.',
  resizing: 'To change the number of threads, one is spawned or terminated.',
  affinity: 'Each spawned thread is called by itself.',
});
