/** What each thread runs. */
import { createRequire } from 'node:module';
import { participate, type ThreadOrder } from '@dormouse/core/worker';
import { withoutItsListeners } from './listeners.js';

/** threads lets a thread live on after an uncaught error, in a state unknown, and tells nobody. */
const { expose } = withoutItsListeners(
  ['uncaughtException', 'unhandledRejection'],
  () => createRequire(import.meta.url)('threads/worker') as typeof import('threads/worker'),
);

expose({ participate: (order: ThreadOrder) => participate(order) });
