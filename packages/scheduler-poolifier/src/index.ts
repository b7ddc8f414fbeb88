export { poolifierScheduler, poolifierScheduler as default } from './scheduler.js';
