import type { AnyBehavior } from '@dormouse/core';

/** See `behavior.mjs`. */
export interface CountedFields {
  readonly floats: number[];
  readonly words: number[];
  readonly shorts: number[];
  readonly odd: boolean;
  readonly kind: number;
  readonly note: string;
}

export const COUNTED: number;
export function fieldsOf(accountId: number, salt: number, updates: number, heard: number): CountedFields;
export function faultOf(accountId: number, state: object): string | undefined;
declare const behavior: AnyBehavior;
export default behavior;
