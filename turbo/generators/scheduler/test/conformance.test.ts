import { describeScheduler } from '@dormouse/core/conformance';
import { describe, it } from 'vitest';
// As it is built: threads are started on files.
import { myPoolScheduler } from '../dist/index.js';

describeScheduler({ describe, it, create: () => myPoolScheduler() });
