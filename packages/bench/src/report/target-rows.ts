import { amount, type Check, flag, number, text } from './shape.js';

/** A row of `targets --json`, as far as it is shown. */
export interface TargetRow {
  readonly id: string;
  readonly scheduler: string;
  readonly sessions: number;
  readonly limit: number;
  readonly value: number;
  readonly unit: string;
  readonly pass: boolean;
  readonly caller?: string;
  readonly reading?: string;
  /** Measured and shown; no limit binds it. */
  readonly reported?: boolean;
}

const FIELDS: Readonly<Record<string, Check>> = {
  id: text,
  scheduler: text,
  sessions: amount,
  limit: number,
  value: number,
  unit: text,
  pass: flag,
};

/** What is wrong with a parsed file of `targets --json`. Fields beside those of a `TargetRow` may be there. */
export function targetFaultsOf(rows: unknown): string[] {
  if (!Array.isArray(rows)) return ['targets must be a list'];
  return rows.flatMap((row: Record<string, unknown>, index) =>
    Object.entries(FIELDS).flatMap(([field, check]) => check(row?.[field], `targets[${index}].${field}`) ?? []),
  );
}
