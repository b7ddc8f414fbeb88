import { BroadcastChannel, threadId } from 'node:worker_threads';
import { DEATHS, type Death } from './deaths.js';

// A worker thread imports this before its behaviours. Called by its number, it ends as by `process.exit` in a timer of a session, or in the next update that it runs:
// no behaviour of the comparison ends threads, but all that move take square roots.
const deaths = new BroadcastChannel(DEATHS);
deaths.unref();
deaths.onmessage = ({ data }: { data: unknown }) => {
  const { threadId: doomed, death } = data as Death;
  if (doomed !== threadId) return;
  if (death === 'between ticks') process.exit();
  Math.sqrt = () => process.exit();
};
