import { TINYPOOL } from '../../by-hand/task-pools.js';
import type { Contender } from '../contender.js';
import { handContenders } from './by-hand.js';

export const TINYPOOL_CONTENDERS: readonly Contender[] = handContenders({
  name: 'tinypool',
  pools: TINYPOOL,
  configuration:
    'minThreads = maxThreads, so that none is started or ended in between; idle threads block in Atomics.wait, its default; a thread has one task at a time: ' +
    'two or four, and waiting without Atomics, made no difference beyond the spread.',
  affinity: 'tinypool does not let a thread be chosen: each has a pool of its own.',
});
