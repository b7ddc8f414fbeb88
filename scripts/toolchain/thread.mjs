/** A worker thread as a scheduler has it. JavaScript: what lets a thread import TypeScript is only about to be imported here. */
import { parentPort, workerData } from 'node:worker_threads';
import { importBehaviors, packError } from '@dormouse/core/worker';

try {
  const [walker] = await importBehaviors(workerData.behaviors, { workerSetup: workerData.workerSetup });
  const session = { state: { x: 0, steps: 5 }, receive: () => null };
  walker.definition.update(session, 500);
  parentPort.postMessage({ name: walker.name, state: session.state });
} catch (error) {
  parentPort.postMessage({ error: packError(error) });
}
