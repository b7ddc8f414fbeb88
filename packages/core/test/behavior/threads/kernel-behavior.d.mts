import type { Behavior, Field } from '@dormouse/core';

export type CountedState = { heavy: Field<number>; updates: Field<number>; fate: Field<number>; cold: Field<number> };
/** A session is created with its fate: 0, none; 1, an endless loop; 2, a trap. */
export declare const counted: Behavior<CountedState, number>;
export declare const countedInJavaScript: Behavior<CountedState, number>;
