import { DormouseError, SessionManager } from '@dormouse/core';
import { describe, expect, it } from 'vitest';
import { DEFAULTS, LIMITS } from '../../src/settings.js';
import { echo, tally } from '../manager/behaviors.js';
import { failure, startWith } from '../manager/test-manager.js';
import { serialScheduler } from '../scheduler/test-schedulers.js';

const start = (options: Record<string, unknown>) =>
  SessionManager.start({ behavior: echo, scheduler: serialScheduler(), logger: false, ...options } as never);

describe('options of a manager', () => {
  it('have the specification’s defaults', async () => {
    const manager = await startWith({ behavior: echo, scheduler: serialScheduler() });
    expect(manager.config).toEqual({ ...DEFAULTS, memoryLimitBytes: manager.config.memoryLimitBytes });
    expect(manager.config).toMatchObject({
      maxConcurrentSessions: 5000,
      poolSize: 1000,
      poolGrowth: 100,
      updateBatchSize: 64,
      workerThreads: 0,
      ringBytes: 16_384,
      hibernationThresholdMinutes: 5,
      enableSimd: true,
      enableAutoDefragmentation: true,
      enabled: true,
    });
  });

  /** Settings that need not be whole numbers. */
  const FRACTIONS = ['maintenanceSliceMs', 'pressureHighPercent', 'pressureLowPercent'];

  it.each(Object.entries(LIMITS))(
    '%s is taken from its least to its greatest, and refused beyond by its range',
    async (key, [least, most]) => {
      // High is to be above low.
      const others = { pressureHighPercent: 100, pressureLowPercent: 0 };
      for (const value of [least, Math.min(most, 1000)]) {
        const manager = await start({ maxConcurrentSessions: 1, poolSize: 1, ...others, [key]: value });
        await manager.shutdown();
      }
      const isFraction = FRACTIONS.includes(key);
      const bad = [least - 1, most + 1, Number.NaN, Number.POSITIVE_INFINITY, String(least), ...(isFraction ? [] : [least + 0.5])];
      for (const value of bad) {
        const shown = typeof value === 'string' ? `"${value}"` : String(value);
        await expect(start({ [key]: value })).rejects.toEqual(
          failure('ERR_CONFIG_INVALID', `${key} must be ${isFraction ? 'a number' : 'an integer'} ${least}…${most}: got ${shown}`),
        );
      }
    },
  );

  it.each([
    [50, 50],
    [40, 60],
  ])('pressureLowPercent is below pressureHighPercent: %s and %s are refused', async (pressureHighPercent, pressureLowPercent) => {
    await expect(start({ pressureHighPercent, pressureLowPercent })).rejects.toEqual(
      failure(
        'ERR_CONFIG_INVALID',
        `pressureLowPercent must be below pressureHighPercent, ${pressureHighPercent}: got ${pressureLowPercent}`,
      ),
    );
  });

  it.each(['enabled', 'enableSimd', 'enableAutoDefragmentation', 'enableAutoHibernation', 'enableAdaptiveBatchSize'])(
    '%s is true or false',
    async (key) => {
      for (const [value, shown] of [
        [1, '1'],
        ['true', '"true"'],
        [null, 'null'],
      ]) {
        await expect(start({ [key]: value })).rejects.toEqual(failure('ERR_CONFIG_INVALID', `${key} must be true or false: got ${shown}`));
      }
    },
  );

  it.each([0, 512, 1000, 1025, 262_144, 2048.5, '1024'])(
    'ringBytes %s is refused: it must be a power of two in its range',
    async (value) => {
      await expect(start({ ringBytes: value })).rejects.toEqual(
        failure('ERR_CONFIG_INVALID', `ringBytes must be a power of two 1024…131072: got ${typeof value === 'string' ? '"1024"' : value}`),
      );
    },
  );

  it.each([
    ['memoryLimitBytes', 0, 'memoryLimitBytes must be an integer 1…9007199254740991: got 0'],
    ['memoryLimitBytes', '1', 'memoryLimitBytes must be an integer 1…9007199254740991: got "1"'],
    ['startTimeMs', Number.NaN, 'startTimeMs must be a finite number of ms: got NaN'],
    ['startTimeMs', Number.POSITIVE_INFINITY, 'startTimeMs must be a finite number of ms: got Infinity'],
    ['onPacket', 5, 'onPacket must be a function: got 5'],
    ['behaviors', [echo], 'give either behavior or behaviors'],
    ['behavior', undefined, 'give either behavior or behaviors'],
    ['behavior', {}, 'a behaviour must come from defineBehavior(): got an object (Object)'],
  ])('%s = %o is refused', async (key, value, message) => {
    await expect(start({ [key]: value })).rejects.toEqual(failure('ERR_CONFIG_INVALID', message));
  });

  it.each([
    [[], 'behaviors must be an array of 1…64: got an array of 0'],
    [Array(65).fill(echo), 'behaviors must be an array of 1…64: got an array of 65'],
    ['echo', 'behaviors must be an array of 1…64: got "echo"'],
    [[echo, tally, echo], 'the same behaviour stands twice in behaviors'],
    [[echo, null], 'a behaviour must come from defineBehavior(): got null'],
  ])('behaviors %# are refused', async (behaviors, message) => {
    await expect(start({ behavior: undefined, behaviors })).rejects.toEqual(failure('ERR_CONFIG_INVALID', message));
  });

  it.each(['maxSessions', 'updateBatchsize', 'toString', 'constructor', '__proto__'])(
    'an unknown option (%s) is refused by name',
    async (key) => {
      const options = Object.defineProperty({ behavior: echo, scheduler: serialScheduler() }, key, { value: 1, enumerable: true });
      await expect(SessionManager.start(options as never)).rejects.toEqual(
        failure('ERR_CONFIG_KEY_UNKNOWN', new RegExp(`^unknown option "${key}": known are enabled, maxConcurrentSessions, .*, onPacket, `)),
      );
    },
  );

  it.each([undefined, null, 5, 'x'])('options that are no object (%s) are refused', async (options) => {
    await expect(SessionManager.start(options as never)).rejects.toEqual(failure('ERR_CONFIG_INVALID', /^options must be an object: got /));
  });

  it('an option that is undefined is one that is not given', async () => {
    const manager = await start({ updateBatchSize: undefined, maxConcurrentSessions: undefined, onPacket: undefined });
    expect(manager.config).toMatchObject({ updateBatchSize: 64, maxConcurrentSessions: 5000 });
    await manager.shutdown();
  });

  it('are copied: changing the object afterwards changes nothing', async () => {
    const options = { behavior: echo, scheduler: serialScheduler(), updateBatchSize: 16 };
    const manager = await startWith(options);
    options.updateBatchSize = 99;
    expect(manager.config.updateBatchSize).toBe(16);
  });
});

describe('R-21 setHibernationThreshold', () => {
  it('takes 1…71 582 minutes and refuses the rest, naming the range', async () => {
    const manager = await startWith({ behavior: echo, scheduler: serialScheduler() });
    for (const minutes of [1, 71_582]) {
      manager.setHibernationThreshold(minutes);
      expect(manager.config.hibernationThresholdMinutes).toBe(minutes);
    }
    for (const minutes of [0, 71_583, 1.5]) {
      expect(() => manager.setHibernationThreshold(minutes)).toThrow(
        failure('ERR_CONFIG_INVALID', `hibernationThresholdMinutes must be an integer 1…71582: got ${minutes}`),
      );
    }
  });
});

describe('an error', () => {
  it('R-18 what was asked for beyond the ceiling is refused, and a ceiling below the defaults bounds them', async () => {
    for (const key of ['maxConcurrentSessions', 'poolSize', 'poolGrowth'] as const) {
      const error = await start({ sessionCeiling: 50, [key]: 51 }).catch((reason) => reason);
      expect(String(error)).toBe(`DormouseError: ${key} must be 1…50 (sessionCeiling): got 51`);
    }
    const manager = await start({ sessionCeiling: 50 });
    expect(manager.config).toMatchObject({ maxConcurrentSessions: 50, poolSize: 50, poolGrowth: 50 });
  });

  it('is told by its marker and its code, and is an Error of its own name', async () => {
    const error = await start({ poolSize: 0 }).catch((reason) => reason);
    expect(error).toBeInstanceOf(Error);
    expect(String(error)).toBe('DormouseError: poolSize must be an integer 1…4194304: got 0');
    expect([DormouseError.isInstance(error), DormouseError.isInstance(error, 'ERR_CONFIG_INVALID')]).toEqual([true, true]);
    expect(DormouseError.isInstance(error, 'ERR_MEMORY')).toBe(false);
    for (const other of [undefined, null, 'x', new Error('x'), { code: 'ERR_CONFIG_INVALID' }])
      expect(DormouseError.isInstance(other)).toBe(false);
  });
});
