import { describeScheduler } from '@dormouse/core/conformance';
import { describe, it } from 'vitest';
import { tinypoolScheduler } from '../src/index.js';

const module = new URL('../dist/index.js', import.meta.url);

describe.each([{}, { callerParticipates: true }, { dispatch: 'task' }] as const)('with %j', (options) => {
  describeScheduler({ describe, it, create: () => tinypoolScheduler(options), module, options });
});
