/** What a thread of tinypool runs. */
import { openJob, type ThreadSetup } from './job.js';
import { type Mover, resultOf } from './movable.js';
import { load } from './pool.js';

const { Tinypool } = await load<{ Tinypool: Mover & { workerData: ThreadSetup } }>('tinypool');
const job = await openJob(Tinypool.workerData);

export default (task: unknown): unknown => resultOf(job(task), Tinypool);
