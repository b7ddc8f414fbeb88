import { describeScheduler } from '@dormouse/core/conformance';
import { describe, it } from 'vitest';
import { threadsScheduler } from '../src/index.js';

const module = new URL('../dist/index.js', import.meta.url);

/**
 * As it is meant to be used, in full; on further versions of Node.js (CI) by tasks, in brief. That the caller participates is no concern of the
 * library's: tinypool's package tries it.
 */
const isShort = process.env.DORMOUSE_TESTS === 'short';
const options = isShort ? ({ dispatch: 'task' } as const) : {};

describe(`with ${JSON.stringify(options)}`, () => {
  describeScheduler({ describe, it, create: () => threadsScheduler(options), module, options, brief: isShort });
});
