import { POOLIFIER, POOLIFIER_STEALING } from '../../by-hand/poolifier-pool.js';
import type { Contender } from '../contender.js';
import { type HandLibrary, handContender, handContenders } from './by-hand.js';

const LIBRARY: HandLibrary = {
  name: 'poolifier',
  pools: POOLIFIER,
  configuration:
    'A fixed pool without events; a task function that is not async, which takes a promise off each task; strategy LEAST_USED, its default: ROUND_ROBIN was no faster, FAIR_SHARE and LEAST_BUSY were slower.',
  affinity: 'Each thread has a task function of its own, bound to it by workerNodeKeys.',
};

export const POOLIFIER_CONTENDERS: readonly Contender[] = [
  ...handContenders(LIBRARY),
  handContender(
    {
      ...LIBRARY,
      pools: POOLIFIER_STEALING,
      configuration:
        'A fixed pool without events; strategy LEAST_USED; a queue for each thread, of which every other one steals when it has nothing to do or that one too much.',
    },
    'cloned',
    { name: 'stealing', title: 'task stealing' },
  ),
];
