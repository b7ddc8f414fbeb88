/** What a thread of piscina runs. */
import { openJob, type ThreadSetup } from './job.js';
import { type Mover, resultOf } from './movable.js';
import { load } from './pool.js';

const piscina = await load<Mover & { workerData: ThreadSetup }>('piscina');
const job = await openJob(piscina.workerData);

export default (task: unknown): unknown => resultOf(job(task), piscina);
