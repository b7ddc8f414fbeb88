import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const MANIFEST = fileURLToPath(new URL('../package.json', import.meta.url));

function bench(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

const SMALL = ['--sessions', '10', '--ticks', '20'];

describe('dormouse-bench', () => {
  it.each([
    ['--sessions', '0', '1…1048576'],
    ['--sessions', '1.5', '1…1048576'],
    ['--ticks', 'many', '1…10000000'],
    ['--diff', '-1', '1…3600000'],
    ['--batch', '257', '1…256'],
    ['--workers', '256', '0…255'],
    ['--workload', 'W9', 'W0, W1, W2, W3, W4, W5, W6, W7, W8'],
    ['--arith', 'f16', 'f32, f64'],
    ['--form', 'column', 'session, batch, kernel'],
    ['--caller', 'maybe', 'idle, joins'],
    ['--dispatch', 'never', 'resident, task'],
  ])('refuses %s %s, naming what is allowed, with exit code 2', (flag, value, allowed) => {
    const { status, stdout, stderr } = bench('run', flag, value);
    expect(stderr).toContain(flag);
    expect(stderr).toContain(value);
    expect(stderr).toContain(allowed);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  });

  it.each([
    ['W2', 'f32'],
    ['W0', 'f32'],
    ['W1', 'f64'],
  ])('refuses the form kernel where there is none: %s in %s', (workload, arith) => {
    const { status, stdout, stderr } = bench('run', '--form', 'kernel', '--workload', workload, '--arith', arith);
    expect(stderr).toContain(`error: --form kernel is there for W1, W3, W4 and W6 in f32: got ${workload} in ${arith}`);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  });

  it('run --form kernel comes to the checksum of the other forms', () => {
    const run = (form: string) => JSON.parse(bench('run', '--form', form, '--arith', 'f32', '--json', ...SMALL).stdout);
    const { checksum, updates } = run('session');
    expect(run('kernel')).toMatchObject({ form: 'kernel', checksum, updates });
  });

  it.each([['--nonsense'], ['surplus']])('refuses what it does not know: %s', (argument) => {
    const { status, stderr } = bench('run', argument);
    expect(stderr).toContain('error:');
    expect(status).toBe(2);
  });

  it('refuses a scheduler that is not there, naming it, with exit code 2', () => {
    const { status, stderr } = bench('run', '--scheduler', '@nobody/scheduler', ...SMALL);
    expect(stderr).toContain('@nobody/scheduler');
    expect(stderr).toContain('ERR_SCHEDULER_UNKNOWN');
    expect(status).toBe(2);
  });

  it.each([
    [['--only', 'native'], '--native <program>'],
    [['--native', 'no/such/program'], 'no/such/program'],
    [['--write', 'no/such/file.md'], 'no/such/file.md'],
    [['--write', MANIFEST], 'figures:begin'],
  ])('figures %j is refused before anything is measured', (args, named) => {
    const { status, stdout, stderr } = bench('figures', ...args);
    expect(stderr).toContain(named);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  });

  it('figures --write puts its table between the markers of a file, and touches nothing else', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'dormouse-bench-')), 'README.md');
    writeFileSync(file, 'before\n<!-- figures:begin -->\nold figures\n<!-- figures:end -->\nafter\n');
    const { status } = bench('figures', '--only', 'population', '--write', file);
    const lines = readFileSync(file, 'utf8').split('\n');
    expect(lines.slice(0, 2)).toEqual(['before', '<!-- figures:begin -->']);
    expect(lines.slice(-3)).toEqual(['<!-- figures:end -->', 'after', '']);
    expect(lines).toContain('| figure | target | result | met |');
    expect(lines.filter((line) => line.startsWith('| creating 1000 sessions |'))).toHaveLength(1);
    expect(lines).not.toContain('old figures');
    expect(status).toBe(0);
  });

  it('loads a scheduler by path', () => {
    const path = fileURLToPath(new URL('../../scheduler-inline/dist/index.js', import.meta.url));
    const { status, stdout } = bench('run', '--scheduler', path, '--json', ...SMALL);
    expect(JSON.parse(stdout)).toMatchObject({ scheduler: path, updates: 200 });
    expect(status).toBe(0);
  });

  it('simd --json: each pass at both sizes, in both forms, and how many times as fast it is', () => {
    const { status, stdout } = bench('simd', '--rounds', '1', '--json');
    const { rows, rounds } = JSON.parse(stdout);
    expect(rounds).toBe(1);
    const passes = ['sums', 'idleScan', 'counts', 'turn', 'clear'];
    expect(rows).toEqual(
      [5000, 100_000].flatMap((sessions) =>
        passes.map((pass) => ({
          pass,
          sessions,
          simdNs: expect.any(Number),
          plainNs: expect.any(Number),
          ratio: expect.any(Number),
        })),
      ),
    );
    expect(status).toBe(0);
  });

  it('simd --help names its sizes', () => {
    const { status, stdout } = bench('simd', '--help');
    expect(stdout).toMatch(/--sessions <count>.*default: 5000 and 100000/s);
    expect(status).toBe(0);
  });

  it('simd --sessions measures that many alone', () => {
    const { stdout } = bench('simd', '--sessions', '100', '--rounds', '1');
    expect(stdout).toMatch(/^ns a session +sessions +SIMD +plain +times\nsums +100 /);
    expect(stdout.trim().split('\n')).toHaveLength(6);
  });

  it.each([[[]], [['run']], [['scaling']], [['figures']]])('%j --help shows what there is, and defaults', (command) => {
    const { status, stdout } = bench(...command, '--help');
    expect(stdout).toContain('Usage: dormouse-bench');
    if (command.length > 0) expect(stdout).toMatch(/--sessions <count>.*default: \d+/s);
    expect(status).toBe(0);
  });

  it('run --json prints one object: what was run and what was measured', () => {
    const { status, stdout } = bench('run', '--workload', 'W2', '--arith', 'f32', '--json', ...SMALL);
    const summary = { median: expect.any(Number), p99: expect.any(Number), mean: expect.any(Number) };
    expect(JSON.parse(stdout)).toEqual({
      workload: 'W2',
      sessions: 10,
      ticks: 20,
      measuredTicks: 18,
      diffMs: 100,
      scheduler: 'inline',
      workers: 0,
      arith: 'f32',
      form: 'session',
      batch: 64,
      isBatchFixed: false,
      caller: 'idle',
      dispatch: 'resident',
      stats: { participants: [expect.objectContaining({ batches: 20, steals: 0 })] },
      node: process.version,
      ingestUs: summary,
      updateUs: summary,
      egressUs: summary,
      tickUs: summary,
      nsPerSessionUpdate: expect.any(Number),
      cpuUsPerTick: expect.any(Number),
      updates: 200,
      packetsIn: 200,
      packetsOut: 200,
      dropped: 0,
      egressSum: expect.stringMatching(/^[0-9a-f]{8}$/),
      checksum: expect.stringMatching(/^[0-9a-f]{8}$/),
    });
    expect(status).toBe(0);
  });

  it('the floor gives the same object, with null for what it has not', () => {
    const onInline = JSON.parse(bench('run', '--workload', 'W2', '--json', ...SMALL).stdout);
    const onFloor = JSON.parse(bench('run', '--workload', 'W2', '--json', '--scheduler', 'floor', ...SMALL).stdout);
    expect(Object.keys(onFloor).sort()).toEqual(Object.keys(onInline).sort());
    const { checksum, egressSum, updates, packetsIn, packetsOut, dropped } = onInline;
    const none = { form: null, batch: null, workers: null, caller: null, dispatch: null, stats: null };
    expect(onFloor).toMatchObject({ ...none, checksum, egressSum, updates, packetsIn, packetsOut, dropped });
  });

  it('without --json it prints a table for people', () => {
    const { status, stdout } = bench('run', '--workload', 'W1', ...SMALL);
    expect(stdout).toContain('W1, f64, session form, on inline: 10 sessions, 20 ticks (18 timed)');
    expect(stdout).toMatch(/µs +median +p99 +mean\ningest .*\nupdate .*\negress .*\ntick /);
    expect(stdout).toMatch(/checksum +[0-9a-f]{8}\n/);
    expect(status).toBe(0);
  });

  it('figures --json prints each figure with its target', () => {
    const { status, stdout } = bench('figures', '--only', 'population', '--json');
    const { figures } = JSON.parse(stdout);
    expect(figures.map((each: { name: string }) => each.name)).toEqual(['creating 1000 sessions', 'releasing 1000 sessions']);
    for (const { value, unit, target, met } of figures) expect({ unit, target, met }).toEqual({ unit: 'ms', target: 1, met: value <= 1 });
    expect(status).toBe(0);
  });
});
