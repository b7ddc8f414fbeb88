import type { Contender } from '../contender.js';
import type { NativeContender } from '../native-arm.js';
import { BITECS } from './bitecs.js';
import { DORMOUSE, RAW_RESIDENT } from './dormouse.js';
import { FLOOR } from './floor.js';
import { NATIVE } from './native.js';
import { PISCINA_CONTENDERS } from './piscina.js';
import { PLAIN_OBJECTS } from './plain-objects.js';
import { POOLIFIER_CONTENDERS } from './poolifier.js';
import { RAW_CLAIMED } from './raw-claimed.js';
import { THREADS_CONTENDERS } from './threads.js';
import { TINYPOOL_CONTENDERS } from './tinypool.js';
import { WORKERPOOL_CONTENDERS } from './workerpool.js';

/** All that take part, in the order they are listed in: a file a contender, or a family of them, and a line here. */
export const CONTENDERS: readonly Contender[] = [
  ...DORMOUSE,
  ...TINYPOOL_CONTENDERS,
  ...PISCINA_CONTENDERS,
  ...POOLIFIER_CONTENDERS,
  ...WORKERPOOL_CONTENDERS,
  ...THREADS_CONTENDERS,
  RAW_CLAIMED,
  ...RAW_RESIDENT,
  FLOOR,
  PLAIN_OBJECTS,
  BITECS,
];

/** How the native program is run, where there is one. */
export const NATIVE_CONTENDERS: readonly NativeContender[] = NATIVE;
