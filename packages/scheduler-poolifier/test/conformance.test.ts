import { describeScheduler } from '@dormouse/core/conformance';
import { describe, it } from 'vitest';
import { poolifierScheduler } from '../src/index.js';

describe.each([{}, { callerParticipates: true }, { dispatch: 'task' }] as const)('with %j', (options) => {
  describeScheduler({ describe, it, create: () => poolifierScheduler(options) });
});
