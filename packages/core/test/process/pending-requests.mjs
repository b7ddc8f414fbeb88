/**
 * Run as a process of its own: a session asks, and its handler never returns. With `shutdown` the manager is shut down and what keeps the
 * process alive is printed; without, the process is left to end by itself.
 */
import { defineBehavior, SessionManager } from '@dormouse/core';
import { referenceScheduler } from '@dormouse/core/conformance';

const behavior = defineBehavior(import.meta.url, {
  state: {},
  update(session) {
    session.ask('never');
  },
});

const manager = await SessionManager.start({ behavior, scheduler: referenceScheduler(), poolSize: 1, logger: false });
let calls = 0;
manager.handle('never', () => {
  calls++;
  return new Promise(() => {});
});
manager.createSession(1);
await manager.updateAllSessions(100);
await new Promise(setImmediate);
if (process.argv[2] === 'shutdown') await manager.shutdown();
process.stdout.write(JSON.stringify({ calls, resources: process.getActiveResourcesInfo().filter((name) => name === 'Timeout') }));
