/** A debugger as an editor is one, from a thread beside the program: sets a breakpoint there, looks at each stop, and lets it go on. */
import { Session } from 'node:inspector/promises';
import { parentPort, workerData } from 'node:worker_threads';

// Waiting for an answer of the inspector keeps no thread; listening does.
parentPort.on('message', () => {});
const session = new Session();
session.connectToMainThread();
session.on('Debugger.paused', async ({ params }) => {
  const [frame] = params.callFrames;
  const evaluated = await session.post('Debugger.evaluateOnCallFrame', {
    callFrameId: frame.callFrameId,
    expression: '[session.accountId, session.tick.number, session.state.steps, diffMs]',
    returnByValue: true,
  });
  parentPort.postMessage({ function: frame.functionName, line: frame.location.lineNumber + 1, seen: evaluated.result.value });
  await session.post('Debugger.resume');
});
await session.post('Debugger.enable');
const { url, line, condition } = workerData;
await session.post('Debugger.setBreakpointByUrl', { url, lineNumber: line - 1, condition });
parentPort.postMessage('ready');
