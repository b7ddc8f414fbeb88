import type { AnyBehavior } from '../behavior.js';
import { checkBehaviors } from '../behavior-check.js';
import { describeBehavior, refuseManagerInImportingThread } from '../behavior-module.js';
import type { CheckedOptions } from '../config.js';
import { DormouseError, type ErrorCode, messageOf } from '../errors.js';
import { STORE_CONTRACT_VERSION, type StoreHost } from '../hibernation/hibernation-store.js';
import { memoryStore } from '../hibernation/memory-store.js';
import type { Logger } from '../logger.js';
import { runtimeFor, setUpBehavior } from '../runtime-loader.js';
import { SCHEDULER_CONTRACT_VERSION } from '../scheduler.js';
import { whileGoingOn } from './durable/going-on.js';
import type { ResumeReport } from './durable/resume.js';
import { storedTerms, takeUp } from './durable/stored-terms.js';
import { Engine } from './engine.js';
import { closeStore, stopScheduler, takeScheduler, takeStore } from './ownership.js';

/** A store that is not open by then is not waited for, wall-clock ms. */
const OPEN_MS = 60_000;

/** Errors of a start that are told as they are: what the caller has asked for does not fit the store, or the store is not to be had. */
const AS_THEY_ARE: readonly ErrorCode[] = [
  'ERR_START_FAILED',
  'ERR_CONFIG_INVALID',
  'ERR_NODE_VERSION',
  'ERR_STORE_FILE',
  'ERR_STORE_LOCKED',
  'ERR_STORE_NOT_EMPTY',
];

export interface StartedEngine {
  readonly engine: Engine;
  /** Seed and time are those of the store, if it has some. */
  readonly options: CheckedOptions<AnyBehavior>;
  readonly resumed: ResumeReport | undefined;
}

/**
 * Starts all of a manager's parts. Throws `ERR_START_FAILED` with the cause, what {@link storedTerms} throws, or `ERR_NODE_VERSION`, `ERR_STORE_LOCKED`, `ERR_STORE_FILE` of the store; scheduler and store have then been
 * stopped.
 */
export async function startEngine(given: CheckedOptions<AnyBehavior>, logger: Logger): Promise<StartedEngine> {
  refuseManagerInImportingThread();
  const { behaviors, scheduler } = given;
  takeScheduler(scheduler);
  const records = given.store ?? memoryStore();
  let starting = 'a behaviour';
  let engine: Engine | undefined;
  let hasStore = false;
  try {
    for (const behavior of behaviors) await setUpBehavior(behavior, given.shared);
    for (const behavior of behaviors) await runtimeFor(behavior);
    starting = `store ${records.name}`;
    takeStore(records);
    hasStore = true;
    const host: StoreHost = {
      contractVersion: STORE_CONTRACT_VERSION,
      logger,
      moved: (...moved) => engine?.hibernation.recordMoved(...moved),
    };
    await whileGoingOn(given.clock, OPEN_MS, `store ${records.name} has been opening`, () => records.open(host));
    const terms = storedTerms(records, given);
    const config = terms === undefined ? given.config : { ...given.config, seed: terms.seed, startTimeMs: terms.nowMs };
    const options = { ...given, config };
    starting = 'the session store';
    engine = await Engine.assemble(options, { records, terms }, logger);
    starting = `store ${records.name}`;
    const resumed = terms === undefined ? undefined : await takeUp(engine, terms, given, logger);
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
    return { engine, options, resumed };
  } catch (cause) {
    await stopScheduler(scheduler, logger);
    if (hasStore) await closeStore(records, logger);
    engine?.seats.close();
    if (AS_THEY_ARE.some((code) => DormouseError.isInstance(cause, code))) throw cause;
    throw new DormouseError('ERR_START_FAILED', `${starting} did not start: ${messageOf(cause)}`, { cause });
  }
}
