import { describeScheduler } from '@dormouse/core/conformance';
import { describe, it } from 'vitest';
import { myPoolScheduler } from '../src/index.js';

/** As it is built: for what is tried in a process of its own. */
const module = new URL('../dist/index.js', import.meta.url);

describe.each([{}, { callerParticipates: true }, { dispatch: 'task' }] as const)('with %j', (options) => {
  describeScheduler({ describe, it, create: () => myPoolScheduler(options), module, options });
});
