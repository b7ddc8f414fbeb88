/** What every launcher of a scheduler package must do, whatever its library does: run by each package on threads that do as told. */
import { once } from 'node:events';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { LaunchedThread, ThreadLauncher, ThreadLimits, ThreadOrder } from '@dormouse/core';
import { afterEach, describe, expect, it } from 'vitest';

const SMALL: ThreadLimits = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 };

/** Every way in which a thread ends by itself, and what the task in hand is rejected with. */
const DEATHS = [
  ['exit', /exit code 7/],
  ['uncaught', /out of a timer/],
  ['unhandled', /nobody handles/],
  ['outOfMemory', /memory/],
] as const;

export function describeLauncher(name: string, create: () => ThreadLauncher): void {
  describe(`the launcher of ${name}`, () => {
    const ports: MessagePort[] = [];
    const unhandled: unknown[] = [];
    const note = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    process.on('warning', note);

    afterEach(async () => {
      for (const port of ports.splice(0)) port.close();
      await new Promise(setImmediate); // A warning comes a tick late.
      expect(unhandled.splice(0)).toEqual([]);
    });

    async function launch(resourceLimits?: ThreadLimits): Promise<LaunchedThread> {
      return create().launch({ resourceLimits });
    }

    /** Has the thread do something; `port` is the host's end of what it was given. */
    function order(thread: LaunchedThread, act: string): { done: Promise<unknown>; port: MessagePort } {
      const { port1, port2 } = new MessageChannel();
      ports.push(port1);
      return { done: thread.run({ act, port: port2 } as unknown as ThreadOrder, [port2]), port: port1 };
    }

    const message = async (port: MessagePort): Promise<unknown> => (await once(port, 'message'))[0];

    it('is named for its library', () => {
      expect(create().name).toBe(name);
    });

    it('runs one task after the other on the same thread, and each thread is another', async () => {
      const threads = await Promise.all([launch(), launch(), launch()]);
      const ids = await Promise.all(threads.map((thread) => order(thread, 'id').done));
      expect(new Set(ids).size).toBe(3);
      for (let round = 0; round < 3; round++) {
        expect(await Promise.all(threads.map((thread) => order(thread, 'id').done))).toEqual(ids);
      }
      await Promise.all(threads.map((thread) => thread.discard()));
    });

    it('settles a task when the thread has done it, and rejects with what it failed with', async () => {
      const thread = await launch();
      await expect(order(thread, 'fail').done).rejects.toThrow('a task that fails');
      const { done, port } = order(thread, 'reside');
      port.postMessage('hello');
      expect(await message(port)).toBe('hello');
      port.postMessage('leave');
      await done;
      await thread.discard();
    });

    it('takes a hundred tasks at once', async () => {
      const thread = await launch();
      const ids = await Promise.all(Array.from({ length: 100 }, () => order(thread, 'id').done));
      expect(new Set(ids).size).toBe(1);
      await thread.discard();
    });

    it('lets the event loop of a thread live between two tasks', async () => {
      const thread = await launch();
      const { done, port } = order(thread, 'ticking');
      await done;
      for (let ticks = 0; ticks < 5; ticks++) expect(await message(port)).toBe('tick');
      await thread.discard();
    });

    it('gives a thread an environment of its own', async () => {
      const thread = await launch();
      await order(thread, 'environment').done;
      expect(process.env.DORMOUSE_LAUNCHER_TEST).toBeUndefined();
      await thread.discard();
    });

    describe.each(DEATHS)('when a thread ends by %s', (act, reason) => {
      it('rejects the task in hand with the reason, closes its port, and starts no other thread in its place', async () => {
        const thread = await launch(SMALL);
        const { done, port } = order(thread, act);
        const closed = once(port, 'close');
        await expect(done).rejects.toThrow(reason);
        await closed;
        await expect(order(thread, 'id').done).rejects.toThrow();
        await thread.discard();
      });
    });

    it.each([
      ['exit', /exit code 7/],
      ['throw', /between two tasks/],
    ])('when a thread ends between two tasks by %s, rejects the next one with the reason', async (how, reason) => {
      const thread = await launch();
      const { done, port } = order(thread, 'endLater');
      const closed = once(port, 'close');
      await done;
      port.postMessage(how);
      await closed;
      // The port may close before the library hears why.
      await expect(async () => {
        for (;;) await order(thread, 'id').done;
      }).rejects.toThrow(reason);
      await thread.discard();
    });

    it.each(['spin', 'block'])('discards a thread that would %s for ever', async (act) => {
      const thread = await launch();
      const { done, port } = order(thread, act);
      const ended = expect(done).rejects.toThrow();
      const closed = once(port, 'close');
      await message(port);
      await thread.discard();
      await Promise.all([ended, closed]);
    });

    it('discards a thread within its task, at once after it was launched, and after it has done its last task', async () => {
      const resident = await launch();
      const ended = expect(order(resident, 'reside').done).rejects.toThrow();
      await resident.discard();
      await ended;
      await (await launch()).discard();
      const idle = await launch();
      await order(idle, 'id').done;
      await idle.discard();
    });

    it('discards a thread that is just ending', async () => {
      const thread = await launch();
      const { done, port } = order(thread, 'endLater');
      await done;
      port.postMessage('exit');
      await thread.discard();
      const other = await launch();
      const ended = expect(order(other, 'exit').done).rejects.toThrow();
      await other.discard();
      await ended;
    });

    it('leaves nothing of a hundred threads, however they ended', async () => {
      const cycle = async (act?: string): Promise<void> => {
        const thread = await launch(act === 'outOfMemory' ? SMALL : undefined);
        const ended = act === undefined ? undefined : expect(order(thread, act).done).rejects.toThrow();
        if (act !== 'reside') await ended;
        await thread.discard();
        await ended;
      };
      const ways = [undefined, 'reside', 'exit', 'uncaught', 'unhandled'];
      await Promise.all(ways.map(cycle));
      const before = held();
      for (let round = 0; round < 20; round++) await Promise.all(ways.map(cycle));
      // A port that was closed is there until the event loop has come to it, some turns later.
      while (newIn(held().resources, before.resources).length > 0) await new Promise(setImmediate);
      expect(held().listeners).toEqual(before.listeners);
    });
  });
}

/** What is among these that was not among those, or more often. */
function newIn(resources: readonly string[], before: readonly string[]): string[] {
  const known = [...before];
  return resources.filter((name) => {
    const index = known.indexOf(name);
    if (index >= 0) known.splice(index, 1);
    return index < 0;
  });
}

/** What keeps a process alive, and who listens to it. */
function held(): { resources: string[]; listeners: Record<string, number> } {
  const listeners = Object.fromEntries(process.eventNames().map((event) => [String(event), process.listenerCount(event)]));
  return {
    resources: process
      .getActiveResourcesInfo()
      .filter((name) => name !== 'Immediate')
      .sort(),
    listeners,
  };
}
