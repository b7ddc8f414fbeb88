import type { AnyBehavior } from '../behavior.js';
import { checkBehaviors } from '../behavior-check.js';
import { describeBehavior, refuseManagerInImportingThread } from '../behavior-module.js';
import type { CheckedOptions } from '../config.js';
import { DormouseError, messageOf } from '../errors.js';
import { STORE_CONTRACT_VERSION } from '../hibernation/hibernation-store.js';
import type { Logger } from '../logger.js';
import { runtimeFor, setUpBehavior } from '../runtime-loader.js';
import { SCHEDULER_CONTRACT_VERSION } from '../scheduler.js';
import { Engine } from './engine.js';
import { closeStore, stopScheduler, takeScheduler, takeStore } from './ownership.js';

/** Starts all of a manager's parts. Throws `ERR_START_FAILED` with the cause; the scheduler has then been stopped. */
export async function startEngine<B extends AnyBehavior>(options: CheckedOptions<B>, logger: Logger): Promise<Engine> {
  refuseManagerInImportingThread();
  const { behaviors, config, scheduler } = options;
  takeScheduler(scheduler);
  let starting = 'a behaviour';
  let engine: Engine | undefined;
  let hasStore = false;
  try {
    for (const behavior of behaviors) await setUpBehavior(behavior, options.shared);
    for (const behavior of behaviors) await runtimeFor(behavior);
    starting = 'the session store';
    engine = await Engine.assemble(options, logger);
    starting = `store ${engine.records.name}`;
    takeStore(engine.records);
    hasStore = true;
    await engine.records.open({
      contractVersion: STORE_CONTRACT_VERSION,
      logger,
      moved: (...moved) => engine?.hibernation.recordMoved(...moved),
    });
    starting = `scheduler ${scheduler.name}`;
    const { caller, seats, round } = engine;
    const { workerThreads, updateTimeoutMs } = config;
    const order = { behaviors: behaviors.map(describeBehavior), workerSetup: options.workerSetup };
    await scheduler.start({
      contractVersion: SCHEDULER_CONTRACT_VERSION,
      workerThreads,
      updateTimeoutMs,
      caller,
      logger,
      clock: options.clock,
      ...order,
      openSeat: () => seats.open(),
      isBatchDone: (batch) => round.isDone(batch, round.epoch),
      checkBehaviors: () => checkBehaviors(order),
    });
    engine.metrics.begin();
    return engine;
  } catch (cause) {
    await stopScheduler(scheduler, logger);
    if (hasStore && engine !== undefined) await closeStore(engine.records, logger);
    engine?.seats.close();
    if (DormouseError.isInstance(cause, 'ERR_START_FAILED')) throw cause;
    throw new DormouseError('ERR_START_FAILED', `${starting} did not start: ${messageOf(cause)}`, { cause });
  }
}
