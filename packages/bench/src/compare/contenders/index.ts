import type { Contender } from '../contender.js';
import type { NativeContender } from '../native-arm.js';
import { BITECS } from './bitecs.js';
import { FLOOR } from './floor.js';
import { PLAIN_OBJECTS } from './plain-objects.js';

/** All that take part, in the order they are listed in: a file a contender, or a family of them, and a line here. */
export const CONTENDERS: readonly Contender[] = [FLOOR, PLAIN_OBJECTS, BITECS];

/** How the native program is run, where there is one. */
export const NATIVE_CONTENDERS: readonly NativeContender[] = [];
