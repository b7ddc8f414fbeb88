/** What a thread of poolifier runs. */
import { ThreadWorker } from 'poolifier';
import { runShare, type Share } from './share.js';

export default new ThreadWorker(async (share) => runShare(share as Share));

// Without something that keeps it, a thread may leave before the pool listens for that: `destroy()` then waits for ever.
setInterval(() => {}, 1 << 30);
