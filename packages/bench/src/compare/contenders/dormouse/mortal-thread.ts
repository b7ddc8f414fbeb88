import { BroadcastChannel, threadId } from 'node:worker_threads';
import { DEATHS } from './deaths.js';

// A worker thread imports this before its behaviours. It ends when its number is called, as by `process.exit` in a timer of a session.
const deaths = new BroadcastChannel(DEATHS);
deaths.unref();
deaths.onmessage = ({ data }: { data: unknown }) => {
  if (data === threadId) process.exit();
};
