export { inlineScheduler, inlineScheduler as default } from './scheduler.js';
