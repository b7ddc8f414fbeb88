/** What a thread of piscina runs. */
import { openJob, type ThreadSetup } from './job.js';
import { load } from './pool.js';

const { workerData } = await load<{ workerData: ThreadSetup }>('piscina');

export default await openJob(workerData);
