import { WORKERPOOL } from '../../by-hand/workerpool-pool.js';
import type { Contender } from '../contender.js';
import { handContenders } from './by-hand.js';

export const WORKERPOOL_CONTENDERS: readonly Contender[] = handContenders({
  name: 'workerpool',
  pools: WORKERPOOL,
  configuration: 'workerType thread; minWorkers = maxWorkers, so that all threads are there from the start.',
  affinity: 'workerpool does not let a thread be chosen: each has a pool of its own.',
});
