import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CompareResult } from '../src/compare/result.js';

const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const WRONG = fileURLToPath(new URL('contenders/wrong.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'dormouse-compare-'));

const BRIEF = ['--round-ms', '2', '--warm-up-ms', '5', '--no-curves', '--no-lifecycle'];

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(...args: readonly string[]): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [CLI, 'compare', '--contenders', WRONG, ...args], { cwd: folder });
  const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]).then(([stdout, stderr, [code]]) => ({
    code,
    stdout,
    stderr,
  }));
  return { child, ended };
}

const compare = (...args: readonly string[]): Promise<Ended> => start(...args).ended;

function resultIn(name: string): CompareResult {
  return JSON.parse(readFileSync(join(folder, name), 'utf8'));
}

describe('compare refuses by name whoever did not do the work', () => {
  let ended: Ended;
  let result: CompareResult;

  beforeAll(async () => {
    ended = await compare('--smoke', '--workloads', 'W1,W2', '--arms', 'test-', '--bound', '2', '--out', 'wrong.json');
    result = resultIn('wrong.json');
  });

  it.each([
    ['skips-a-tick', 'W1', '8800 updates instead of 9000 after 45 ticks'],
    ['runs-a-tick-twice', 'W1', '9200 updates instead of 9000 after 45 ticks'],
    ['skips-a-session', 'W1', '8955 updates instead of 9000 after 45 ticks'],
    ['forgets-a-session', 'W1', '8955 updates instead of 9000 after 45 ticks'],
    ['says-that-it-did', 'W1', 'checksum'],
    ['computes-wrongly', 'W1', 'checksum'],
    ['ends-ticks-early', 'W1', '8800 updates instead of 9000 after 45 ticks'],
    ['changes-when-read', 'W1', 'its sessions change while nothing ticks'],
    ['ignores-packets', 'W2', '0 packets in instead of 9000 after 45 ticks'],
    ['loses-packets', 'W2', '198 packets handed over instead of 200 when tick 0 was over'],
    ['is-late', 'W2', '0 packets handed over instead of 200 when tick 0 was over'],
    ['changes-packets', 'W2', 'egress sum'],
    ['hangs', 'W2', 'did not end a round within 2 s'],
    ['spins', 'W2', 'did not end a round within 2 s'],
    ['throws-as-it-opens', 'W2', 'no room'],
    ['throws-in-a-tick', 'W2', 'no luck'],
    ['exits', 'W2', 'its process ended with exit code 3'],
    ['fails-behind-our-backs', 'W2', 'its process ended with exit code 1: RangeError: too late'],
    ['does-not-close', 'W2', 'did not end closing within 2 s'],
  ])('%s in %s', (name, workload, reason) => {
    const arm = `test-${name}@0`;
    expect(result.refused.filter((refusal) => refusal.arm === arm)).toEqual([{ arm, workload, reason: expect.stringContaining(reason) }]);
    expect(ended.stdout).toMatch(new RegExp(`${arm}.* ${workload}: `));
  });

  it('and only those that did it are in the tables', () => {
    const [w1, w2] = result.tables.map(({ rows }) => rows.map(({ arm, updates, packetsOut }) => ({ arm, updates, packetsOut })));
    expect(w1.map(({ arm }) => arm).sort()).toEqual(['test-hangs@0', 'test-right@0']);
    expect(w2).toEqual([{ arm: 'test-right@0', updates: 9000, packetsOut: 9000 }]);
    expect({ code: ended.code, smoke: result.smoke, partial: result.partial }).toEqual({ code: 1, smoke: true, partial: false });
  });
});

describe('compare', () => {
  it('gives every arm of a table the same rounds, and each a verified row', async () => {
    const arms = ['--arms', 'test-right,floor', '--workloads', 'W1', '--sessions', '100'];
    const { code, stdout } = await compare(...arms, '--rounds', '6', '--launches', '3', ...BRIEF, '--json', '--out', 'right.json');
    const result = JSON.parse(stdout) as CompareResult;
    expect(result).toEqual(resultIn('right.json'));
    expect(code).toBe(0);
    expect(result.settings).toMatchObject({ rounds: 6, launches: 3, confidence: 1 - 2 / 64 });
    const [{ rows }] = result.tables;
    expect(rows.map(({ arm }) => arm).sort()).toEqual(['floor@0', 'test-right@0']);
    for (const { tickUs, roundsUs, p99Us, maxUs, updates, ticks } of rows) {
      expect(roundsUs).toHaveLength(6);
      expect([tickUs.low, tickUs.high]).toEqual([Math.min(...roundsUs), Math.max(...roundsUs)]);
      expect(p99Us).toBeLessThanOrEqual(maxUs);
      expect(updates).toBe(100 * ticks);
    }
  });

  it('tells how an arm starts, stops, changes its threads and loses one; of one without threads what it has', async () => {
    const arms = ['--arms', 'raw-claimed,test-right', '--workloads', 'W0', '--sessions', '10'];
    const brief = ['--rounds', '1', '--launches', '1', '--round-ms', '1', '--warm-up-ms', '1', '--no-curves'];
    const { code, stdout } = await compare(...arms, ...brief, '--json', '--out', 'lives.json');
    const { lifecycle, refused } = JSON.parse(stdout) as CompareResult;
    expect({ code, refused }).toEqual({ code: 0, refused: [] });
    const raw = lifecycle.find(({ arm }) => arm.startsWith('raw-claimed@'));
    expect(raw).toMatchObject({ sessions: 1000, recovery: { kind: 'whole', sessions: 0 }, bytesPerWorker: expect.any(Number) });
    for (const ms of [raw?.startMs, raw?.stopMs, raw?.resizeMs, raw?.recoveryMs]) expect(ms).toBeGreaterThan(0);
    const none = { resizeMs: null, recoveryMs: null, recovery: null, bytesPerWorker: null };
    expect(lifecycle.find(({ arm }) => arm === 'test-right@0')).toMatchObject({ startMs: expect.any(Number), ...none });
  });

  it('draws curves over sessions, and over threads of those that have any', async () => {
    const arms = ['--arms', 'raw-claimed,floor', '--workloads', 'W0', '--sessions', '10', '--no-lifecycle'];
    const brief = ['--rounds', '1', '--launches', '1', '--round-ms', '1', '--warm-up-ms', '1'];
    const { code, stdout } = await compare(...arms, ...brief, '--json', '--out', 'curves.json');
    const { tables } = JSON.parse(stdout) as CompareResult;
    expect(code).toBe(0);
    const of = (part: string) => tables.filter((table) => table.part === part);
    expect(of('sessions').map(({ workload, sessions, rows }) => [workload, sessions, rows.length])).toEqual([
      ['W1', 50, 2],
      ['W1', 500, 2],
      ['W1', 5000, 2],
      ['W1', 50_000, 2],
    ]);
    // The floor has one thread; what has workers has two participants and more.
    expect(of('workers')[0].rows.map(({ arm }) => arm)).toEqual(['floor@0']);
    expect(of('workers')[1].rows.map(({ arm }) => arm)).toEqual(['raw-claimed@1']);
  });

  it('stopped by a signal leaves the tables that are whole, says so, and leaves no process behind', async () => {
    const arms = ['--arms', 'test-right,test-hangs', '--workloads', 'W1,W2', '--sessions', '100'];
    const bounds = ['--bound', '3600', '--out', 'stopped.json'];
    const { child, ended } = start(...arms, '--rounds', '1', '--launches', '1', ...BRIEF, ...bounds);
    const first = await pidsBelow(child.pid, 2);
    // Those of the second table, one of which hangs.
    const hanging = await pidsBelow(child.pid, 2, first);
    child.kill('SIGINT');
    const { code, stderr } = await ended;
    expect(code).toBe(130);
    expect(stderr).toContain('stopped: what there is is in stopped.json');
    const { partial, tables, refused } = resultIn('stopped.json');
    expect({ partial, refused }).toEqual({ partial: true, refused: [] });
    expect(tables.map(({ workload, rows }) => [workload, rows.length])).toEqual([['W1', 2]]);
    await gone(hanging);
  });

  it.each([
    [['--arms', 'flor'], 'Did you mean floor@0?'],
    [['--workloads', 'W1,W9'], 'nothing matches W9. Did you mean W0 or W1 or W2?'],
    [['--armz', 'floor'], '(Did you mean --arms?)'],
    [['--out', 'no/such/folder/run.json'], 'no/such/folder/run.json'],
    [['--out', '.'], '--out must be a file that can be written'],
    [['--rounds', '0'], '1…1000'],
    [['--rounds', '3', '--launches', '4'], '--launches must be 1…--rounds, here 3: got 4'],
    [['--native', 'no/such/program'], 'no/such/program'],
    [['--contenders', 'no/such/module.mjs'], 'no/such/module.mjs'],
    [['--arms', 'test-is-late', '--workloads', 'W1'], 'leave nothing to compare: test-is-late@0: it is tried in W2'],
  ])('%j is refused before anything runs, with exit code 2', async (args, message) => {
    const { code, stdout, stderr } = await compare(...args);
    expect(stderr).toContain(message);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  it('--list names every arm with its reasons, and writes no file', async () => {
    const { code, stdout } = await compare('--list', '--arms', 'test-right', '--out', 'list.json');
    expect(stdout).toBe('test-right@0\n  right\n  It is there to be tried.\n\n');
    expect({ code, written: existsSync(join(folder, 'list.json')) }).toEqual({ code: 0, written: false });
  });
});

/** Processes that a process has started, once there are so many beside others. */
async function pidsBelow(parent: number | undefined, count: number, others: readonly number[] = []): Promise<number[]> {
  const file = `/proc/${parent}/task/${parent}/children`;
  for (const endMs = Date.now() + 60_000; Date.now() < endMs; ) {
    const all = readFileSync(file, 'utf8')
      .split(' ')
      .filter((pid) => pid !== '');
    const pids = all.map(Number).filter((pid) => !others.includes(pid));
    if (pids.length === count) return pids;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error(`${parent} did not start ${count} processes`);
}

/** Waits until none of them is there. */
async function gone(pids: readonly number[]): Promise<void> {
  for (const endMs = Date.now() + 10_000; Date.now() < endMs; ) {
    if (pids.every((pid) => !existsSync(`/proc/${pid}`))) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error(`of ${pids.join(', ')} some run on`);
}
