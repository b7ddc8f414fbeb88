import { amount, type Check, flag, number, oneOf, orNull, text } from './shape.js';

/** A row of `targets --json`, as far as it is shown. */
export interface TargetRow {
  readonly id: string;
  /** What of the target was measured. */
  readonly what: string;
  readonly scheduler: string;
  readonly caller: string | null;
  readonly sessions: number;
  readonly bound: '<' | '≤' | '≥';
  readonly limit: number;
  readonly value: number;
  readonly unit: string;
  readonly pass: boolean;
  /** False: measured and shown; no target hangs on it. */
  readonly binding: boolean;
  /** The specification's own words, and what is understood by them. */
  readonly text: string;
  readonly reading: string;
  /** True where the run was stopped before its end. */
  readonly partial: boolean;
}

const FIELDS: Readonly<Record<keyof TargetRow, Check>> = {
  id: text,
  what: text,
  scheduler: text,
  caller: orNull(text),
  sessions: amount,
  bound: oneOf('<', '≤', '≥'),
  limit: number,
  value: number,
  unit: text,
  pass: flag,
  binding: flag,
  text,
  reading: text,
  partial: flag,
};

/** What is wrong with a parsed file of `targets --json`. Fields beside those of a `TargetRow` may be there. */
export function targetFaultsOf(rows: unknown): string[] {
  if (!Array.isArray(rows)) return ['targets must be a list'];
  return rows.flatMap((row: Record<string, unknown>, index) =>
    Object.entries(FIELDS).flatMap(([field, check]) => check(row?.[field], `targets[${index}].${field}`) ?? []),
  );
}
