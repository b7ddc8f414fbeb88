import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { run, runQuietly } from './child.mjs';

const childModule = new URL('./child.mjs', import.meta.url).href;
const node = (program: string): [string, string[]] => [process.execPath, ['--input-type=module', '--eval', program]];

/** A process whose `run` starts a child that says "ready", then leaves with code 7 on SIGTERM. Resolves with what came of it. */
function runInProcess(signal: NodeJS.Signals): Promise<{ code: number | null; output: string }> {
  const inner = `process.on(${JSON.stringify(signal)}, () => { console.log('told'); process.exit(7); }); console.log('ready'); setInterval(() => {}, 1000);`;
  const outer = `import { run } from ${JSON.stringify(childModule)};
    process.exitCode = await run(process.execPath, ['--eval', ${JSON.stringify(inner)}]);`;
  const child = spawn(...node(outer), { stdio: ['ignore', 'pipe', 'inherit'], cwd: fileURLToPath(new URL('.', import.meta.url)) });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk;
    if (output === 'ready\n') child.kill(signal);
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, output })));
}

describe('run', () => {
  it('resolves with the exit code of the child', async () => {
    expect(await run(...node('process.exit(3)'))).toBe(3);
  });

  it('resolves with 128 + n for a child that signal n ended', async () => {
    expect(await run(...node('process.kill(process.pid, "SIGKILL")'))).toBe(128 + constants.signals.SIGKILL);
  });

  it('rejects when the program does not exist', async () => {
    await expect(run('no-such-program-anywhere', [])).rejects.toThrow(/ENOENT/);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('passes %s on and leaves with what the child leaves with', async (signal) => {
    expect(await runInProcess(signal)).toEqual({ code: 7, output: 'ready\ntold\n' });
  });

  it('leaves no signal handler behind', async () => {
    const before = process.listenerCount('SIGTERM');
    await run(...node(''));
    expect(process.listenerCount('SIGTERM')).toBe(before);
  });
});

describe('runQuietly', () => {
  it('resolves with the exit code of the child', async () => {
    expect(await runQuietly(...node('console.log("unseen")'))).toBe(0);
    expect(await runQuietly(...node('process.exit(4)'))).toBe(4);
  });

  it('has failed when this process was told to end meanwhile, even if the child then leaves with 0', async () => {
    const inner = `process.on('SIGTERM', () => process.exit(0)); process.kill(process.ppid, 'SIGTERM'); setInterval(() => {}, 1000);`;
    const outer = `import { runQuietly } from ${JSON.stringify(childModule)};
      process.exitCode = await runQuietly(process.execPath, ['--eval', ${JSON.stringify(inner)}]);`;
    expect(await run(...node(outer))).toBe(128 + constants.signals.SIGTERM);
  });
});
