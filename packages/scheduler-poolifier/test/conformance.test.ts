import { describeScheduler } from '@dormouse/core/conformance';
import { describe, it } from 'vitest';
import { poolifierScheduler } from '../src/index.js';

const module = new URL('../dist/index.js', import.meta.url);

/**
 * CI tries the first alone on further versions of Node.js. That the caller participates is no concern of the library's: tinypool's package tries it.
 */
const WAYS = [{}, { dispatch: 'task' }] as const;
const isShort = process.env.DORMOUSE_TESTS === 'short';
const ways = isShort ? WAYS.slice(0, 1) : WAYS;

describe.each(ways.map((options, index) => ({ options, brief: isShort || index > 0 })))('with $options', ({ options, brief }) => {
  describeScheduler({ describe, it, create: () => poolifierScheduler(options), module, options, brief });
});
