import { describeScheduler } from '@dormouse/core/conformance';
import { describe, it } from 'vitest';
import { inlineScheduler } from '../src/index.js';

describeScheduler({ describe, it, create: inlineScheduler, module: new URL('../dist/index.js', import.meta.url) });
