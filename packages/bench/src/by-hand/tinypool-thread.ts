/** What a thread of tinypool runs. */
import { openJob, type ThreadSetup } from './job.js';
import { load } from './pool.js';

const { Tinypool } = await load<{ Tinypool: { workerData: ThreadSetup } }>('tinypool');

export default await openJob(Tinypool.workerData);
