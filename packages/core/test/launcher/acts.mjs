/** What a test has a thread do, in place of `participate`: what sessions may do, and what must end it all the same. */
import { threadId } from 'node:worker_threads';

const acts = {
  id: () => threadId,
  /** Answers what it is sent, by the port that it was given, until told to leave. */
  reside: ({ port }) =>
    new Promise((resolve) => {
      port.on('message', (message) => {
        if (message === 'leave') resolve(port.close());
        else port.postMessage(message);
      });
    }),
  /** Keeps the port in use after its task: between two tasks it ticks. */
  ticking: ({ port }) => void setInterval(() => port.postMessage('tick'), 1),
  /** Is done at once, and ends the thread later, when told how. */
  endLater: ({ port }) =>
    void port.on('message', (how) => {
      if (how === 'exit') process.exit(7);
      throw new RangeError('thrown between two tasks');
    }),
  environment: () => {
    process.env.DORMOUSE_LAUNCHER_TEST = 'changed';
  },
  fail: () => Promise.reject(new RangeError('a task that fails')),
  exit: () => process.exit(7),
  uncaught: ({ port }) =>
    new Promise(() => {
      port.ref();
      setTimeout(() => {
        throw new RangeError('thrown out of a timer');
      });
    }),
  unhandled: () =>
    new Promise(() => {
      setInterval(() => {}, 1000);
      void Promise.reject(new RangeError('a rejection that nobody handles'));
    }),
  outOfMemory: () => {
    const kept = [];
    for (;;) kept.push(new Array(10_000).fill(kept.length));
  },
  spin: ({ port }) => {
    port.postMessage('spins');
    for (;;);
  },
  block: ({ port }) => {
    port.postMessage('blocks');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4), 0, 1), 0, 0);
  },
};

export async function act(order) {
  return acts[order.act](order);
}
