import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AnyBehavior } from '../behavior.js';
import type { CheckedOptions } from '../config.js';
import { DormouseError, messageOf, requireKeys, shown } from '../errors.js';
import { publish } from '../events.js';
import type { Logger } from '../logger.js';
import type { Engine } from '../manager/engine.js';
import { ChunkWriter } from './chunk-writer.js';
import { describeRun } from './header.js';
import { Recorder } from './recorder.js';

/** How a recording is made. */
export interface RecordingOptions {
  /** Replaces a file of this name, if there is one. Default false. */
  readonly overwrite?: boolean;
  /**
   * What is kept to compare with after each tick. `session`, the default: four bytes for each session, so that a difference is traced to
   * sessions and fields. `tick`: totals and fields alone.
   */
  readonly detail?: 'tick' | 'session';
}

/**
 * A recording under way, from `manager.recordInputs`. Not the class itself: the declarations that users compile against would come to
 * contain the whole engine that its constructor takes.
 */
export interface Recording extends AsyncDisposable {
  /** Absolute path of the file. */
  readonly file: string;
  /** What has ended it before its time: the disk is full, a value could not be encoded. The manager goes on. */
  readonly error: DormouseError | undefined;
  /** Until `stop`, the manager's shutdown, or an error. */
  readonly isActive: boolean;
  /** Ticks recorded. */
  readonly ticks: number;
  /** Bytes in the file. */
  readonly bytes: number;
  /**
   * Ends the recording, when a tick in flight has ended; resolves when all of it is on the disk. Safe to call again. Rejects with `error`
   * if there was one: the file then holds what was recorded before.
   */
  stop(): Promise<void>;
}

class EngineRecording implements Recording {
  readonly file: string;
  error: DormouseError | undefined;
  readonly #engine: Engine;
  readonly #chunks: ChunkWriter;
  readonly #recorder: Recorder;
  #isActive = true;

  constructor(
    file: string,
    engine: Engine,
    options: CheckedOptions<AnyBehavior>,
    logger: Logger,
    { overwrite, detail }: Required<RecordingOptions>,
  ) {
    this.file = file;
    this.#engine = engine;
    this.#chunks = new ChunkWriter(file, overwrite);
    this.#recorder = new Recorder(this.#chunks, {
      store: engine.store,
      codec: options.codec,
      detail,
      digest: () => engine.digest(),
      ended: (error) => this.#ended(error, logger),
    });
    this.#chunks.next.text(JSON.stringify(describeRun(engine, options, detail)));
    try {
      this.#chunks.flush();
    } catch (cause) {
      this.#chunks.close();
      throw new DormouseError('ERR_RECORDING_FILE', `${file} cannot be recorded to: ${messageOf(cause)}`, { cause });
    }
    engine.inputs.observer = this.#recorder;
    engine.services.asks.onAnswer = (answer) => this.#recorder.answered(answer);
  }

  get isActive(): boolean {
    return this.#isActive;
  }

  get ticks(): number {
    return this.#recorder.ticks;
  }

  get bytes(): number {
    return this.#chunks.bytesWritten;
  }

  async stop(): Promise<void> {
    if (this.#isActive) {
      await this.#engine.ticks.betweenTicks(async () => {
        if (this.#isActive) this.#recorder.finish(undefined);
      });
    }
    if (this.error !== undefined) throw this.error;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #ended(error: unknown, logger: Logger): void {
    this.#isActive = false;
    this.#engine.inputs.observer = undefined;
    this.#engine.services.asks.onAnswer = undefined;
    if (error === undefined) return;
    const tick = this.#engine.clock.number;
    const message = `the recording to ${this.file} ended in tick ${tick}, after ${this.ticks} recorded: ${messageOf(error)}`;
    this.error = new DormouseError('ERR_RECORDING_FILE', message, { cause: error });
    logger.error(message);
    publish('dormouse:recording:failed', { file: this.file, ticks: this.ticks, error: this.error });
  }
}

/** See `SessionManager.recordInputs`. */
export function startRecording(
  file: string | URL,
  engine: Engine,
  options: CheckedOptions<AnyBehavior>,
  logger: Logger,
  recording: RecordingOptions,
): Recording {
  const path = filePath(file);
  requireKeys('option of recordInputs', recording, ['overwrite', 'detail']);
  const { overwrite = false, detail = 'session' } = recording;
  if (typeof overwrite !== 'boolean') throw invalid(`overwrite must be true or false: got ${shown(overwrite)}`);
  if (detail !== 'tick' && detail !== 'session') throw invalid(`detail must be 'tick' or 'session': got ${shown(detail)}`);
  const obstacle = obstacleTo(engine);
  if (obstacle !== undefined) throw new DormouseError('ERR_RECORDING_STATE', `inputs cannot be recorded: ${obstacle}`);
  return new EngineRecording(path, engine, options, logger, { overwrite, detail });
}

/** The path of a file that is named by a text or a URL. Throws `ERR_INVALID_ARGUMENT`. */
export function filePath(file: string | URL): string {
  if (typeof file === 'string' && file !== '') return resolve(file);
  if (file instanceof URL && file.protocol === 'file:') return fileURLToPath(file);
  throw invalid(`file must be a path or a file: URL: got ${shown(file)}`);
}

/** A recording that does not begin at the beginning could not be replayed. */
function obstacleTo({ inputs, clock, store, ticks, isResumed }: Engine): string | undefined {
  if (inputs.observer !== undefined) return 'a recording is under way already: stop that first';
  if (isResumed) return 'the manager goes on where an earlier one has stopped, and a recording begins with no session and the first tick';
  if (clock.number > 0) return `tick ${clock.number} has begun; a recording must be started before the first`;
  if (ticks.phase !== 'idle') return 'the first tick is in flight; a recording must be started before it';
  if (store.pool.highRows.some((rows) => rows > 0)) return 'sessions have been created; a recording must be started before the first';
  return undefined;
}

function invalid(message: string): DormouseError {
  return new DormouseError('ERR_INVALID_ARGUMENT', message);
}
