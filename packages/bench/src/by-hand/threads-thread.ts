/** What a thread of threads.js runs. */
import { createRequire } from 'node:module';
import { runShare, type Share } from './share.js';

interface ThreadsWorker {
  expose(run: (share: Share) => number): void;
}

// Its types are not found under nodenext.
const { expose } = createRequire(import.meta.url)('threads/worker') as ThreadsWorker;

expose(runShare);
