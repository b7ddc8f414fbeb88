import type { Quantity, TargetRow } from '../targets/target.js';
import { amount, flag, listOf, number, objectOf, oneOf, optional, orNull, text } from './shape.js';

const rows = listOf(
  objectOf<TargetRow>({
    id: text,
    scheduler: text,
    caller: orNull(oneOf('idle', 'joins')),
    what: text,
    sessions: amount,
    bound: oneOf('<', '≤', '>', '≥'),
    limit: number,
    value: orNull(number),
    unit: text,
    binding: flag,
    also: listOf(objectOf<Quantity>({ name: text, value: orNull(number), unit: text })),
    pass: flag,
    margin: orNull(number),
    text,
    source: text,
    reading: text,
    partial: flag,
    commit: optional(orNull(text)),
    error: optional(text),
  }),
);

/** What is wrong with a parsed file of `targets --json`, as sentences; empty where nothing is, and then it is a list of `TargetRow`. */
export function targetFaultsOf(value: unknown): string[] {
  const complaint = rows(value, 'targets');
  return complaint === undefined ? [] : [complaint];
}
