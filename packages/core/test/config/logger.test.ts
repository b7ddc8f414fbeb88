import { type Logger, SessionManager } from '@dormouse/core';
import { afterEach, describe, expect, expectTypeOf, it, vi } from 'vitest';
import { echo } from '../manager/behaviors.js';
import { failure } from '../manager/test-manager.js';
import { serialScheduler } from '../scheduler/test-schedulers.js';

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;

/** A whole life, with one warning (the pool grows) and one error (the scheduler does not stop). */
async function live(logger: Logger | false | undefined): Promise<void> {
  const scheduler = serialScheduler({ stop: () => Promise.reject(new Error('stuck')) });
  const manager = await SessionManager.start({ behavior: echo, scheduler, poolSize: 1, ...(logger !== undefined && { logger }) });
  manager.createSessionBatch([1, 2]);
  await manager.updateAllSessions(100);
  await manager.shutdown();
}

function spyOnConsole() {
  return Object.fromEntries(LEVELS.map((level) => [level, vi.spyOn(console, level).mockImplementation(() => {})]));
}

afterEach(() => vi.restoreAllMocks());

describe('R-33 the logger', () => {
  it('may be console: one text each, the channel’s name in front', async () => {
    const spies = spyOnConsole();
    await live(console);
    for (const level of ['info', 'warn', 'error']) {
      expect(spies[level].mock.calls.length, level).toBeGreaterThan(0);
      for (const args of spies[level].mock.calls) expect(args).toEqual([expect.stringMatching(/^module\.playerbot\.session: /)]);
    }
  });

  it('may be like pino: methods that need their object, and more of them', async () => {
    class Pino {
      readonly lines: string[] = [];
      level = 'debug';
      debug(text: string) {
        this.lines.push(`debug ${text}`);
      }
      info(text: string) {
        this.lines.push(`info ${text}`);
      }
      warn(text: string) {
        this.lines.push(`warn ${text}`);
      }
      error(text: string) {
        this.lines.push(`error ${text}`);
      }
      child() {
        return this;
      }
    }
    const pino = new Pino();
    await live(pino);
    expect(pino.lines.map((line) => line.split(' ')[0])).toEqual(['info', 'warn', 'error', 'info']);
  });

  it('false is silence', async () => {
    const spies = spyOnConsole();
    await live(false);
    for (const level of LEVELS) expect(spies[level]).not.toHaveBeenCalled();
  });

  it('is by default the console for warnings and errors alone', async () => {
    const spies = spyOnConsole();
    await live(undefined);
    expect(LEVELS.map((level) => spies[level].mock.calls.length)).toEqual([0, 0, 1, 1]);
  });

  it('hears nothing of a tick in which nothing went wrong', async () => {
    const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
    const manager = await SessionManager.start({ behavior: echo, scheduler: serialScheduler(), logger });
    manager.createSession(1).push(1);
    for (const level of LEVELS) logger[level].mockClear();
    await manager.updateAllSessions(100);
    manager.drainOutbound(() => {});
    manager.releaseSession(1);
    for (const level of LEVELS) expect(logger[level]).not.toHaveBeenCalled();
    await manager.shutdown();
  });

  it.each([
    [null, 'debug'],
    [5, 'debug'],
    [{ debug() {}, info() {}, warn() {} }, 'error'],
    [{ log() {} }, 'debug'],
  ])('%o is refused, naming what is missing', async (logger, missing) => {
    await expect(live(logger as never)).rejects.toEqual(
      failure(
        'ERR_CONFIG_INVALID',
        `logger must have debug, info, warn and error, as console and pino do, or be false: ${missing} is missing`,
      ),
    );
  });

  it('that throws becomes an uncaught exception and breaks no start, tick or shutdown', async () => {
    const thrown: unknown[] = [];
    const nextTick = vi.spyOn(process, 'nextTick').mockImplementation((callback) => {
      try {
        callback();
      } catch (error) {
        thrown.push(error);
      }
    });
    const error = new Error('disk full');
    const fail = () => {
      throw error;
    };
    await live({ debug: fail, info: fail, warn: fail, error: fail });
    nextTick.mockRestore();
    expect(thrown).toEqual([error, error, error, error]);
  });

  it('is satisfied by console in types too', () => {
    expectTypeOf<Console>().toExtend<Logger>();
  });
});
