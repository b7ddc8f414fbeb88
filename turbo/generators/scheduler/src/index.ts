export { myPoolScheduler, myPoolScheduler as default } from './scheduler.js';
