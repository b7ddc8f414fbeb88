import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { withoutItsListeners } from '../src/listeners.js';

const PACKAGE = new URL('../dist/index.js', import.meta.url).href;

/** Runs a program in a process of its own, and returns what it printed as JSON. */
async function run(program: string): Promise<unknown> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: new URL('.', import.meta.url),
    timeout: 60_000,
  });
  return JSON.parse(stdout);
}

const COUNTS = `console.log(JSON.stringify(['SIGINT', 'SIGTERM'].map((event) => process.listenerCount(event))));`;

describe('signals', () => {
  it('have no handlers after the package was imported, nor after it was imported again', async () => {
    expect(await run(`await import('${PACKAGE}'); await import('${PACKAGE}?again'); ${COUNTS}`)).toEqual([0, 0]);
  });

  it("keep the program's own handlers, set before and after", async () => {
    const own = `process.on('SIGINT', () => {}); process.once('SIGTERM', () => {});`;
    expect(await run(`${own} await import('${PACKAGE}'); ${own} await import('${PACKAGE}?again'); ${COUNTS}`)).toEqual([2, 2]);
  });

  it('keep the handlers of threads itself where the program imported it first', async () => {
    expect(await run(`await import('threads'); await import('${PACKAGE}'); ${COUNTS}`)).toEqual([1, 1]);
  });

  it('end a process that has no handler, as they do without the package', async () => {
    const program = `await import('${PACKAGE}'); setInterval(() => {}, 1000); process.kill(process.pid, 'SIGTERM');`;
    await expect(run(program)).rejects.toMatchObject({ signal: 'SIGTERM' });
  });
});

describe('withoutItsListeners', () => {
  it('takes off what was added while loading, for those events alone, and leaves what was there', () => {
    const mine = (): void => {};
    process.on('SIGUSR2', mine);
    const loaded = withoutItsListeners(['SIGUSR2'], () => {
      process.once('SIGUSR2', () => {});
      process.on('SIGUSR2', () => {});
      process.on('SIGWINCH', mine);
      return 'loaded';
    });
    expect(loaded).toBe('loaded');
    expect(process.rawListeners('SIGUSR2')).toEqual([mine]);
    expect(process.listenerCount('SIGWINCH')).toBe(1);
    process.off('SIGUSR2', mine).off('SIGWINCH', mine);
  });
});
