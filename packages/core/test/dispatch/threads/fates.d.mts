import type { Behavior, Field } from '@dormouse/core';

export type FatedState = { updates: Field<number>; fate: Field<number>; at: Field<number> };
export interface FatedInit {
  readonly fate: string;
  /** Number of the tick. */
  readonly at: number;
}
export declare const FATES: readonly string[];
export declare const fated: Behavior<FatedState, FatedInit>;
export declare const fatedBatch: Behavior<FatedState, FatedInit>;
