export { threadsScheduler, threadsScheduler as default } from './scheduler.js';
