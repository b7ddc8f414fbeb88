export { tinypoolScheduler, tinypoolScheduler as default } from './scheduler.js';
