/** What a thread of tinypool or piscina runs. */
export { runShare as default } from './share.js';
