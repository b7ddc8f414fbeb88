import { createRequire } from 'node:module';
import { act } from '../../../core/test/launcher/acts.mjs';

const { expose } = createRequire(import.meta.url)('threads/worker');
process.removeAllListeners('uncaughtException').removeAllListeners('unhandledRejection');
expose({ participate: act });
