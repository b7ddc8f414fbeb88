import type { AnyBehavior } from '../../behavior.js';
import type { CheckedOptions } from '../../config.js';
import { DormouseError } from '../../errors.js';
import type { DurableRecords } from '../../hibernation/durable-records.js';
import type { HibernationStore } from '../../hibernation/hibernation-store.js';
import type { Logger } from '../../logger.js';
import type { Engine } from '../engine.js';
import { whileGoingOn } from './going-on.js';
import { NoteKey, noteFormat, readNotes } from './notes.js';
import { Resume, type ResumeReport } from './resume.js';
import type { Run } from './runs.js';
import { StoredShapes } from './shapes.js';

/** A store is not waited for that hands over nothing for so long, wall-clock ms. */
const LOAD_MS = 30_000;

/** A store that is open, and what it says if it outlives the process. */
export interface OpenStore {
  readonly records: HibernationStore;
  readonly terms: StoredTerms | undefined;
}

/** What a store that has just been opened decides of the manager that opened it. */
export interface StoredTerms {
  readonly durable: DurableRecords;
  readonly shapes: StoredShapes;
  /** Of the one manager that goes on where another one has stopped. */
  readonly seed: number;
  readonly nowMs: number;
  readonly tick: number;
  readonly incarnations: number;
  /** Of those whose records the store may have. */
  readonly runs: readonly Run[];
  /** No manager has had the store before, or what it was noted is of none that goes on. */
  readonly isNew: boolean;
}

/**
 * What an open store says about how the manager begins; undefined for one that ends with the process. Throws `ERR_STORE_NOT_EMPTY`, `ERR_CONFIG_INVALID` for a
 * seed that is not the store's, or two behaviours of one name, `ERR_STORE_FILE` for notes that cannot be read.
 */
export function storedTerms(store: HibernationStore, options: CheckedOptions<AnyBehavior>): StoredTerms | undefined {
  const { durable } = store;
  if (durable === undefined) return undefined;
  const { config, behaviors, givenSeed, resume } = options;
  const stored = resume ? readNotes(store.name, durable.notes) : undefined;
  // The clock is noted with all that is stored: without it nothing was, and what a start that failed has left binds nobody.
  const notes = stored?.clock === undefined ? undefined : stored;
  if (notes !== undefined && givenSeed !== undefined && givenSeed !== notes.format.seed) {
    const why = 'sessions go on with the random numbers they began with';
    throw new DormouseError(
      'ERR_CONFIG_INVALID',
      `seed must be ${notes.format.seed}, as store ${store.name} has it, or be left out: got ${givenSeed}; ${why}`,
    );
  }
  const clock = notes?.clock;
  return {
    durable,
    shapes: new StoredShapes(store.name, notes?.shapes, behaviors),
    seed: notes?.format.seed ?? config.seed,
    nowMs: clock?.nowMs ?? config.startTimeMs,
    tick: clock?.tick ?? 0,
    incarnations: clock?.incarnations ?? 0,
    runs: clock === undefined ? [] : [...clock.earlier, { sinceTick: clock.sinceTick, checkpointTick: clock.checkpointTick }],
    isNew: notes === undefined,
  };
}

/**
 * Has the store hand over what it has, gives behaviours the numbers of their shapes, and notes both. Undefined where nobody asked for
 * `resume`. Throws what the store throws, `ERR_STORE_FAILED` if it hands over nothing for 30 s,
 * and `ERR_STORE_NOT_EMPTY`.
 */
export async function takeUp(
  engine: Engine,
  { durable, shapes, tick, incarnations, runs, seed, isNew }: StoredTerms,
  { resume: isResuming, clock }: Pick<CheckedOptions<AnyBehavior>, 'resume' | 'clock'>,
  logger: Logger,
): Promise<ResumeReport | undefined> {
  const startedMs = performance.now();
  engine.registry.population.incarnations = incarnations;
  if (!isNew) engine.durability?.runs.goOn(tick, runs);
  const resume = new Resume(engine, shapes, logger);
  let found = 0;
  await whileGoingOn(clock, LOAD_MS, `store ${engine.records.name} has handed over nothing`, (isAwaited) =>
    durable.load((count, heads, locations, more) => {
      if (!isAwaited()) return;
      found += count;
      if (isResuming) resume.take(count, heads, locations, more);
    }),
  );
  if (!isResuming && found > 0) throw notEmpty(engine.records, found);
  shapes.assign(resume.used, engine.shapeNumbers);
  engine.upgrades.shapes = shapes;
  if (isNew) noteFormat(durable, seed);
  durable.note(NoteKey.shapes, shapes.note());
  resume.wake();
  if (resume.haveAllComeBack) engine.durability?.runs.allCameBack();
  else engine.durability?.kept.forgetContents();
  return isResuming ? resume.report(startedMs) : undefined;
}

function notEmpty({ name }: HibernationStore, count: number): DormouseError {
  return new DormouseError(
    'ERR_STORE_NOT_EMPTY',
    `store ${name} has ${count} sessions of an earlier run: start with resume: true to have them back, or with an empty store`,
  );
}
