import { parentPort, workerData } from 'node:worker_threads';
import { posted } from './store-problem.js';
import type { ThreadData, ThreadReply, ThreadRequest } from './thread-writing.js';
import { DirectWriting } from './writing.js';

const { path, settings } = workerData as ThreadData;
const writing = new DirectWriting(path, settings);

parentPort?.on('message', (request: ThreadRequest) => {
  parentPort?.postMessage(replyTo(request));
  // Nothing keeps the thread then.
  if (request.kind === 'close') parentPort?.close();
});

function replyTo(request: ThreadRequest): ThreadReply {
  const { number } = request;
  try {
    return { number, value: done(request) };
  } catch (error) {
    return { number, problem: posted(error) };
  }
}

function done(request: ThreadRequest): ThreadReply['value'] {
  switch (request.kind) {
    case 'open':
      writing.open();
      return undefined;
    case 'commit':
      return writing.commit(request.commit);
    case 'vacuum':
      return { state: writing.vacuum(request.budgetMs) };
    case 'close':
      writing.close();
      return undefined;
  }
}
