/** The program of the thread that {@link checkBehaviors} starts: imports what it is told to, and says how that went. */
import { parentPort, workerData } from 'node:worker_threads';
import type { BehaviorCheckNews, BehaviorCheckOrder } from './behavior-check.js';
import { importBehaviors } from './behavior-module.js';
import { packError } from './thread-error.js';

const { behaviors, workerSetup } = workerData as BehaviorCheckOrder;
const post = (news: BehaviorCheckNews): void => parentPort?.postMessage(news);

try {
  await importBehaviors(behaviors, { workerSetup, onImport: (importing) => post({ importing }) });
  post({ outcome: 'imported' });
} catch (error) {
  post({ outcome: 'failed', error: packError(error) });
}
