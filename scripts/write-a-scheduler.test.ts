import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const page = read('docs/write-a-scheduler.md');
const GENERATED = 'turbo/generators/scheduler';

/** Code of the page by the file that each block is labelled with; blocks of one file put together in their order. */
function shownFiles(): Map<string, string> {
  const files = new Map<string, string>();
  for (const [, label, code] of page.matchAll(/^```[jt]s(?: \[(.+)\])?\n([\s\S]*?)^```$/gm)) {
    const before = files.get(label);
    files.set(label, before === undefined ? code : `${before}\n${code}`);
  }
  return files;
}

/** Names of an interface's members, as they stand in its source. */
function membersOf(path: string, name: string): string[] {
  const body = new RegExp(`^export interface ${name} [^{]*\\{\\n([\\s\\S]*?)^\\}`, 'm').exec(read(path))?.[1] ?? '';
  return [...body.matchAll(/^ {2}(?:readonly )?(\w+)\??[:(]/gm)].map(([, member]) => member);
}

describe('docs/write-a-scheduler.md', () => {
  const files = shownFiles();

  it.each(['src/scheduler.ts', 'src/launcher.ts', 'src/worker.ts', 'test/conformance.test.ts'])('shows %s as it is generated', (path) => {
    expect(files.get(path)).toBe(read(`${GENERATED}/${path}`));
  });

  it.each(['worker', 'thread', 'scheduler', 'conformance'])('shows static-scheduler/%s.js as the suite runs it', (name) => {
    expect(files.get(`static-scheduler/${name}.js`)).toBe(read(`docs/static-scheduler/${name}.js`));
  });

  it('shows no other code', () => expect(files.size).toBe(8));

  it.each([
    ['packages/core/src/dispatch/launcher.ts', 'ThreadLauncher', 'ThreadLauncher.'],
    ['packages/core/src/dispatch/launcher.ts', 'LaunchedThread', 'LaunchedThread.'],
    ['packages/core/src/scheduler.ts', 'IScheduler', ''],
    ['packages/core/src/scheduler.ts', 'SchedulerHost', 'host.'],
    ['packages/core/src/scheduler.ts', 'ParticipantSeat', 'seat.'],
    ['packages/core/src/scheduler.ts', 'SchedulerSupport', ''],
    ['packages/core/src/thread/attach.ts', 'AttachedParticipant', ''],
  ])('has every member of %s, %s, in a table', (path, name, prefix) => {
    const members = membersOf(path, name);
    expect(members.length).toBeGreaterThan(1);
    const rows = page.split('\n').filter((line) => line.startsWith('| `'));
    for (const member of members) {
      const named = new RegExp(`^\\| [^|]*\`${prefix}${member}\\b`);
      expect(rows.filter((row) => named.test(row)).length, `${name}.${member}`).toBeGreaterThan(0);
    }
  });
});

/** All but the longest, which every package runs: their names begin otherwise. */
const NAMES = '/^(?!100 starts)/';

// The suite is one test here: it has the time of many.
it('docs/static-scheduler keeps the scheduler contract', { timeout: 400_000 }, async () => {
  const suite = fileURLToPath(new URL('../docs/static-scheduler/conformance.js', import.meta.url));
  const argv = ['--test', '--test-reporter=tap', `--test-name-pattern=${NAMES}`, suite];
  const running = promisify(execFile)(process.execPath, argv, { maxBuffer: 1 << 24 });
  const { stdout } = await running.catch((failure: { stdout: string }) => failure);
  expect(stdout.match(/^ *not ok [\s\S]*?^ *\.\.\.$/gm) ?? []).toEqual([]);
  expect(stdout).toMatch(/^# fail 0$/m);
  expect(Number(/^# pass (\d+)$/m.exec(stdout)?.[1])).toBeGreaterThan(20);
});
