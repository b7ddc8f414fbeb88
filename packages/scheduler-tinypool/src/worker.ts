/** What each thread of the pool runs: tinypool calls the export that its task names. */
export { participate } from '@dormouse/core/worker';
