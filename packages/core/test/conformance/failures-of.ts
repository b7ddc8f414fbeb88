import { type ConformanceSetup, describeScheduler } from '@dormouse/core/conformance';
import { expect } from 'vitest';

type Setup = Omit<ConformanceSetup, 'describe' | 'it'> & {
  /** Tests to run, by their names. */
  readonly only?: RegExp;
  /** How many tests there must be at least. */
  readonly least?: number;
};

export interface SuiteTest {
  readonly name: string;
  readonly body: () => Promise<void>;
}

/** Runs the suite with functions of its own in place of a test runner’s; returns what failed, by name, with the reason. */
export async function failuresOf({ only = /./, least = 25, ...setup }: Setup): Promise<Map<string, string>> {
  const tests: SuiteTest[] = [];
  describeScheduler({ describe: (_, body) => body(), it: (name, body) => void tests.push({ name, body }), ...setup });
  expect(tests.length).toBeGreaterThan(least);
  return failuresAmong(tests, only);
}

/** Runs those of a suite's tests whose names say so, which must differ; returns what failed, by name, with the reason. */
export async function failuresAmong(tests: readonly SuiteTest[], only: RegExp): Promise<Map<string, string>> {
  expect(new Set(tests.map(({ name }) => name)).size).toBe(tests.length);
  const chosen = tests.filter(({ name }) => only.test(name));
  expect(chosen).not.toEqual([]);
  const failed = new Map<string, string>();
  for (const { name, body } of chosen) {
    try {
      await body();
    } catch (error) {
      failed.set(name, String(error));
    }
  }
  return failed;
}
