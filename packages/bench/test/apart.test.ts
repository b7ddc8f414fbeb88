import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apartUntil } from '../src/harness/apart.js';

/** Would take minutes. */
const LONG = ['run', '--workload', 'W4', '--sessions', '5000', '--ticks', '1000000'];

describe('a command in a process of its own', () => {
  const program = process.argv[1];
  beforeAll(() => {
    process.argv[1] = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
  });
  afterAll(() => {
    process.argv[1] = program;
  });

  it('is ended when it takes longer than it may, and says so', async () => {
    await expect(apartUntil(new AbortController().signal, LONG, 300)).rejects.toThrow(/--ticks 1000000 was ended: not done within 0\.3 s/);
  });

  it('is ended by a signal', async () => {
    const stop = new AbortController();
    const report = apartUntil(stop.signal, LONG);
    stop.abort();
    await expect(report).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('tells the last of what it said when it fails', async () => {
    await expect(apartUntil(new AbortController().signal, ['run', '--sessions', '0'])).rejects.toThrow(/exit code 2: .*1…1048576/);
  });

  it('leaves nothing on the process that asked', async () => {
    const before = process.listenerCount('SIGTERM');
    await apartUntil(new AbortController().signal, ['run', '--sessions', '1', '--ticks', '1']);
    expect(process.listenerCount('SIGTERM')).toBe(before);
  });
});
