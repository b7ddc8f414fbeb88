/**
 * Lets a worker thread import TypeScript on every Node.js, also where types need more than to be removed, by the loader of tsx, which
 * must be installed. To be named in `workerSetup`, not to be imported:
 *
 * ```js
 * import { SessionManager } from '@dormouse/core';
 *
 * await SessionManager.start({ behavior, scheduler, workerSetup: [import.meta.resolve('@dormouse/core/worker-setup-tsx')] });
 * ```
 *
 * `node --import tsx` serves the main thread alone: on Node.js 20 it reaches no worker, and `register` must be called in each.
 */
import { DormouseError, messageOf } from './errors.js';

try {
  const [commonJs, modules] = await Promise.all([import('tsx/cjs/api'), import('tsx/esm/api')]);
  // Both: in a package without "type": "module" a .ts file is CommonJS to Node.js, whatever it is written in.
  commonJs.register();
  modules.register();
} catch (cause) {
  const isMissing = (cause as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND';
  const reason = isMissing ? 'tsx is not installed: npm install --save-dev tsx' : `tsx did not start: ${messageOf(cause)}`;
  throw new DormouseError('ERR_BEHAVIOR_IMPORT', reason, { cause });
}
