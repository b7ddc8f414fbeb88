import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { defineBehavior, SessionManager } from '@dormouse/core';
import { afterEach, describe, expect, it } from 'vitest';
import { serialScheduler } from '../scheduler/test-schedulers.js';
import { echo } from './behaviors.js';
import { failure } from './test-manager.js';

const CORE = new URL('../../dist/index.js', import.meta.url).href;

const options = () => ({ behavior: echo, scheduler: serialScheduler(), logger: false as const });

describe('R-05 the instance', () => {
  afterEach(async () => {
    await SessionManager.instance().then(
      (manager) => manager.shutdown(),
      () => {},
    );
  });

  it('is an error before the first start', async () => {
    await expect(SessionManager.instance()).rejects.toEqual(
      failure('ERR_INSTANCE_NOT_STARTED', 'SessionManager.instance() has not been started: give options to the first call'),
    );
  });

  it('is started by the first call with options; later calls with the same or none get it', async () => {
    const given = options();
    const manager = await SessionManager.instance(given);
    manager.createSession(1);
    expect(await SessionManager.instance()).toBe(manager);
    expect(await SessionManager.instance(given)).toBe(manager);
    expect(await SessionManager.instance({ ...given })).toBe(manager);
    expect((await SessionManager.instance()).getActiveSessionCount()).toBe(1);
  });

  it('is one start for concurrent first calls, with options or without', async () => {
    let starts = 0;
    const scheduler = serialScheduler();
    const start = scheduler.start.bind(scheduler);
    scheduler.start = async (host) => {
      starts++;
      await new Promise(setImmediate);
      return start(host);
    };
    const given = { ...options(), scheduler };
    const managers = await Promise.all([SessionManager.instance(given), SessionManager.instance(), SessionManager.instance(given)]);
    expect(new Set(managers).size).toBe(1);
    expect(starts).toBe(1);
  });

  it('refuses other options, naming the key and both values', async () => {
    const given = options();
    await SessionManager.instance({ ...given, updateBatchSize: 32 });
    const refused = (message: string | RegExp) => failure('ERR_INSTANCE_OPTIONS', message);
    await expect(SessionManager.instance({ ...given, updateBatchSize: 64 })).rejects.toEqual(
      refused('SessionManager.instance() runs with updateBatchSize = 32: got 64; leave the options out, or shut it down first'),
    );
    await expect(SessionManager.instance(given)).rejects.toEqual(refused(/updateBatchSize = 32: got undefined/));
    await expect(SessionManager.instance({ ...given, updateBatchSize: 32, poolSize: 5 })).rejects.toEqual(
      refused(/poolSize = undefined: got 5/),
    );
    await expect(SessionManager.instance({ ...given, updateBatchSize: 32, scheduler: serialScheduler() })).rejects.toEqual(
      refused(/runs with scheduler = /),
    );
    expect((await SessionManager.instance()).config.updateBatchSize).toBe(32);
  });

  it('is started anew after its shutdown, with other options too', async () => {
    const first = await SessionManager.instance(options());
    const stopping = first.shutdown();
    await expect(SessionManager.instance()).rejects.toEqual(failure('ERR_INSTANCE_NOT_STARTED'));
    const second = await SessionManager.instance({ ...options(), updateBatchSize: 8 });
    await stopping;
    await first.shutdown();
    expect(second).not.toBe(first);
    expect(await SessionManager.instance()).toBe(second);
  });

  it('is started anew after it was disposed of', async () => {
    const first = await SessionManager.instance(options());
    await first[Symbol.asyncDispose]();
    expect(await SessionManager.instance(options())).not.toBe(first);
  });

  it('is started anew after a start that failed, for all who waited for that', async () => {
    const bad = { ...options(), updateBatchSize: 0 };
    const outcomes = await Promise.allSettled([SessionManager.instance(bad), SessionManager.instance(), SessionManager.instance(bad)]);
    expect(outcomes).toEqual(Array(3).fill({ status: 'rejected', reason: failure('ERR_CONFIG_INVALID') }));
    await expect(SessionManager.instance()).rejects.toEqual(failure('ERR_INSTANCE_NOT_STARTED'));
    expect((await SessionManager.instance(options())).enabled).toBe(true);
  });

  it('stands beside managers that are started by themselves', async () => {
    const own = await SessionManager.start(options());
    await expect(SessionManager.instance()).rejects.toEqual(failure('ERR_INSTANCE_NOT_STARTED'));
    const shared = await SessionManager.instance(options());
    own.createSession(1);
    expect(shared.getActiveSessionCount()).toBe(0);
    await own.shutdown();
    expect(await SessionManager.instance()).toBe(shared);
  });

  it('in a worker is an error that says so, though a manager of its own may be started there', async () => {
    const source = `
      import { parentPort } from 'node:worker_threads';
      import { defineBehavior, SessionManager } from '${CORE}';
      const refused = await SessionManager.instance().catch(({ code, message }) => ({ code, message }));
      const behavior = defineBehavior('data:text/javascript,0', { state: {}, update() {} });
      let host;
      const scheduler = {
        contractVersion: 1, name: 'serial', supports: { workers: false, resize: false, callerParticipates: true },
        start(given) { host = given; }, parallelFor(count) { host.caller.runBatches(0, count); },
        resize() {}, stop() {}, stats: () => ({ participants: [] }),
      };
      const manager = await SessionManager.start({ behavior, scheduler, logger: false });
      manager.createSession(1);
      const { sessions } = await manager.updateAllSessions(100);
      await manager.shutdown();
      parentPort.postMessage({ refused, sessions });`;
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`));
    const [message] = await once(worker, 'message');
    expect(message).toEqual({
      refused: {
        code: 'ERR_NOT_MAIN_THREAD',
        message:
          'SessionManager.instance() belongs to the main thread, not to a worker: hand what a behaviour needs in its state, or start a manager of its own',
      },
      sessions: 1,
    });
    await once(worker, 'exit');
  });

  it('keeps the types of its behaviour', async () => {
    const behavior = defineBehavior(import.meta.url, { name: 'typed', state: {}, update() {} });
    const manager = await SessionManager.instance({ ...options(), behavior });
    expect(manager.createSession(1).behavior.name).toBe('typed');
  });
});
