import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { PARALLEL } from '#bench';

const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url));

/** What a command prints as JSON. */
function measured(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args, '--json'], { encoding: 'utf8' });
  expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
  return JSON.parse(stdout);
}

const LATENCY = { median: expect.any(Number), p99: expect.any(Number), cpuUs: expect.any(Number) };
const TIMES = { backToBack: LATENCY, paced: LATENCY };

describe('the commands that measure parallel schedulers', () => {
  it.each(PARALLEL)('run on %s: two participants share the batches, and their number is reported', (scheduler) => {
    const small = ['--sessions', '500', '--ticks', '20', '--workload', 'W2'];
    const report = measured('run', '--scheduler', scheduler, '--workers', '1', '--caller', 'joins', ...small);
    const { checksum, egressSum } = measured('run', ...small);
    expect(report).toMatchObject({ scheduler, workers: 1, caller: 'joins', dispatch: 'resident', checksum, egressSum });
    const [caller, worker] = report.stats.participants;
    expect(caller.batches + worker.batches).toBe(20 * 8);
  });

  it('dispatch --json: times of empty ticks and of W0, back to back and paced, of a wake-up, and of libraries used by hand', () => {
    const short = ['--ticks', '20', '--rounds', '1'];
    const report = measured('dispatch', '--scheduler', 'tinypool', '--workers', '1', '--caller', 'idle', ...short);
    expect(report).toMatchObject({ empty: TIMES, w0: TIMES, work: { us: expect.any(Number), ratio: expect.any(Number) } });
    expect(report.wakeToFirstClaim).toEqual({ p50: expect.any(Number), p99: expect.any(Number), entered: 1 });
    expect(report.byHand).toEqual({ tinypool: TIMES, piscina: TIMES, poolifier: TIMES, threads: TIMES });
    expect(report.config).toMatchObject({ scheduler: 'tinypool', workers: 1, caller: 'idle', adaptiveWaking: false, batches: 16 });
  });

  it('scaling --json: inline against both caller modes, and stealing against static ranges for W3', () => {
    const { rows } = measured('scaling', '--schedulers', 'threads', '--sessions', '200', '--rounds', '1');
    expect(rows.map(({ workload, arith, sessions }: Record<string, unknown>) => [workload, arith, sessions])).toEqual([
      ['W4', 'f32', 200],
      ['W4', 'f64', 200],
      ['W3', 'f32', 2000],
      ['W3', 'f64', 2000],
    ]);
    for (const { workload, schedulers } of rows) {
      const gain = workload === 'W3' ? expect.any(Number) : null;
      expect(schedulers).toMatchObject(['idle', 'joins'].map((caller) => ({ scheduler: 'threads', caller, gainOverStatic: gain })));
    }
  });

  it('spin --json: the session that never returns is named, and every other one has had all its updates', () => {
    const report = measured('spin', '--scheduler', 'tinypool', '--update-timeout', '200');
    expect(report).toMatchObject({ named: report.spinning, code: 'ERR_SESSION_INTERRUPTED', wrongUpdates: 0, replacedThreads: 1 });
  });

  it('spin is refused where the caller would spin itself', () => {
    const { status, stderr } = spawnSync(process.execPath, [CLI, 'spin', '--scheduler', 'inline'], { encoding: 'utf8' });
    expect(stderr).toContain('--scheduler must have workers: got inline');
    expect(status).toBe(2);
  });

  it('checksums --small finds every row equal', () => {
    const { checked } = measured('checksums', '--small', '--schedulers', 'inline');
    expect(checked.filter(({ equal }: { equal: boolean }) => !equal)).toEqual([]);
    expect(checked.length).toBeGreaterThan(0);
  });
});
