import { describe, it } from 'node:test';
import { describeScheduler } from '@dormouse/core/conformance';
import staticScheduler from './scheduler.js';

describeScheduler({ describe, it, create: staticScheduler, module: new URL('./scheduler.js', import.meta.url) });
