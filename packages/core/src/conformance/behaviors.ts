/** What worker threads import: every behaviour of the suite, but those that cannot be imported. */
export { dozing } from './behaviors/dozing.js';
export { watched, watchedBatch } from './behaviors/perilous.js';
export { counting, countingBatch, failing, gossiping, looking, wandering } from './behaviors/plain.js';
export { sociable } from './behaviors/sociable.js';
export { striding, stridingInJavaScript } from './behaviors/striding.js';
export { idle, moving, packeting } from './behaviors/workloads.js';
