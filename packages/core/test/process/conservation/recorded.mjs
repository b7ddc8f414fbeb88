import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { replay } from '@dormouse/core';
import { referenceScheduler } from '@dormouse/core/conformance';
import { herald, LEDGER_WORDS, trader } from './behavior.mjs';

/** A recording of all that a manager is given, in a file that is deleted when it was replayed. */
export class Recorded {
  #folder = mkdtempSync(join(tmpdir(), 'dormouse-conservation-'));
  #file = join(this.#folder, 'inputs');
  #recording;

  constructor(manager) {
    this.#recording = manager.recordInputs(this.#file);
    process.once('exit', () => rmSync(this.#folder, { recursive: true, force: true }));
  }

  /** Inline, when the manager was shut down: it must come to the same, tick by tick. */
  async replay({ ticks, digest, findings }) {
    const wrong = (what) => findings.wrong(what);
    if (this.#recording.error !== undefined) wrong(`the recording ended: ${this.#recording.error.stack}`);
    const ledger = new Uint32Array(new SharedArrayBuffer(4 * LEDGER_WORDS), 0, LEDGER_WORDS);
    const report = await replay(this.#file, {
      behaviors: [herald, trader],
      scheduler: referenceScheduler(),
      logger: false,
      shared: { ledger },
      onTick: () => findings.alive(),
    });
    if (report.difference !== undefined) wrong(`the replay differs: ${report.difference.message}`);
    else if (report.ticks !== ticks || report.digest !== digest) {
      wrong(`the replay came to tick ${report.ticks} and ${report.digest}, the run to ${ticks} and ${digest}`);
    }
  }
}
