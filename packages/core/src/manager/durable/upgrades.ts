import type { AnyBehavior } from '../../behavior.js';
import type { HibernationStore } from '../../hibernation/hibernation-store.js';
import type { Codec } from '../../layout/codec.js';
import { Migration } from '../../record/migration.js';
import { RecordFields } from '../../record/record-fields.js';
import { shapeOfRecord } from '../../record/record-parts.js';
import { layoutOf } from '../../record/shape-layout.js';
import type { StoredShapes } from './shapes.js';

export interface UpgradeParts {
  readonly behaviors: readonly AnyBehavior[];
  /** By behaviour, number of the shape that it has now: see {@link import('../../memory/staging.js').Staging.shapes}. */
  readonly numbers: Readonly<Uint8Array>;
  readonly codec: Codec;
  readonly records: Pick<HibernationStore, 'read'>;
}

/**
 * Gives whoever reads a record one of the shape that its behaviour has now (decision 0023): where the store has an older one, what `migrate` makes of it. The record in the
 * store stays as it is until the session is stored anew. Main thread only.
 *
 * `migrate` is the user's, and may have anything done meanwhile: whoever calls this goes on with nothing that was found before.
 */
export class Upgrades {
  /** Of a store that outlives the process, once its notes have been read. */
  shapes: StoredShapes | undefined;
  readonly behaviors: readonly AnyBehavior[];
  readonly numbers: Readonly<Uint8Array>;
  readonly codec: Codec;
  readonly #records: UpgradeParts['records'];
  /** By number of the older shape; each is made when it is first needed. */
  readonly #migrations: (Migration | undefined)[] = [];

  constructor(parts: UpgradeParts) {
    this.behaviors = parts.behaviors;
    this.numbers = parts.numbers;
    this.codec = parts.codec;
    this.#records = parts.records;
  }

  /** True if records may be of older shapes. */
  get areDue(): boolean {
    return this.shapes?.hasOlder ?? false;
  }

  /**
   * An account's record as its behaviour has it now: the bytes that were given, or others. Throws `ERR_RECORD_MIGRATION`, and `ERR_RECORD_CORRUPT` or `ERR_RECORD_SHAPE` for an older one that
   * cannot be read.
   */
  upgraded(record: Uint8Array, accountId: number): Uint8Array {
    const shape = shapeOfRecord(record);
    return this.shapes?.isOlder(shape) === true ? this.#migration(this.shapes, shape).migrate(record, accountId) : record;
  }

  /** The same of a record in the store. Throws what that throws, too. */
  read(accountId: number, location: number): Uint8Array {
    return this.upgraded(this.#records.read(accountId, location), accountId);
  }

  #migration(shapes: StoredShapes, number: number): Migration {
    const known = this.#migrations[number];
    if (known !== undefined) return known;
    const { behaviors, numbers, codec } = this;
    const stored = shapes.at(number);
    if (stored === undefined) throw new Error(`shape ${number} is not known`);
    const behaviorIndex = shapes.behaviorOf(number);
    const migration = new Migration({
      fromVersion: stored.version,
      from: new RecordFields(layoutOf(stored)),
      behavior: behaviors[behaviorIndex],
      toShape: numbers[behaviorIndex],
      codec,
    });
    this.#migrations[number] = migration;
    return migration;
  }
}
