import type { Contender } from '../contender.js';
import type { NativeContender } from '../native-arm.js';
import { FLOOR } from './floor.js';

/** All that take part, in the order they are listed in: a file a contender, or a family of them, and a line here. */
export const CONTENDERS: readonly Contender[] = [FLOOR];

/** How the native program is run, where there is one. */
export const NATIVE_CONTENDERS: readonly NativeContender[] = [];
