import { PISCINA } from '../../by-hand/task-pools.js';
import type { Contender } from '../contender.js';
import { handContenders } from './by-hand.js';

export const PISCINA_CONTENDERS: readonly Contender[] = handContenders({
  name: 'piscina',
  pools: PISCINA,
  configuration:
    'minThreads = maxThreads, so that none is started or ended in between; idle threads block in Atomics.wait, its default; a thread has one task at a time; ' +
    'recordTiming is off, which takes a quarter off a tick without work. Two tasks at a time, and other settings of atomics, made no difference beyond the spread.',
  affinity: 'piscina does not let a thread be chosen: each has a pool of its own.',
});
