import type { DormouseError } from '../errors.js';
import type { HibernationStore } from '../hibernation/hibernation-store.js';
import { ROWS } from '../layout/geometry.js';
import { OWN_SHAPES } from '../memory/staging.js';
import type { BehaviorHost } from './behavior-host.js';
import { fieldDigests } from './digest-fields.js';
import { DigestRows, type PartKey, partKey } from './digest-rows.js';
import { addOtherParts, OTHER_PARTS, type OtherKeys } from './digest-services.js';
import { type BlockDigest, SleeperDigests } from './digest-sleepers.js';
import { hexOf } from './hash-64.js';
import type { SessionStore } from './store.js';

/** A part of what sessions are: a field of a behaviour, or what all have, whose names stand in brackets. */
export interface DigestPart {
  /** Undefined for what sessions of every behaviour have. */
  readonly behavior: string | undefined;
  readonly name: string;
}

/** The behaviour that a session follows. */
const BEHAVIOR_PART = '(behavior)';

/** What a part whose key says all consists of. */
const SAME_WORDS = new Int32Array(ROWS);

/**
 * 64 bits that tell whether two managers' sessions are the same, or one's at two times. Every part of a session has a hash of account,
 * names and content; a session's digest is the sum of its parts', the digest of all is the sum over sessions. So it does not matter in
 * which order or in which slots they are, and a difference can be traced to the session and to the part. Nor does it matter where a sleeper is:
 * one whose row is stored counts as it did before.
 *
 * Two different states have the same digest with a probability of 2⁻⁶⁴. Main thread only, not while sessions are updated.
 */
export class StateDigest {
  /** What the digests below are by, in this order: it depends on the manager's behaviours alone. */
  readonly parts: readonly DigestPart[];
  readonly #store: SessionStore;
  readonly #rows: DigestRows;
  readonly #digest: BlockDigest;
  readonly #sleepers: SleeperDigests | undefined;
  /** Two words a slot. */
  #slots = new Int32Array(0);
  #a = 0;
  #b = 0;

  /**
   * `records` is where those are whose rows are stored; without it there must be none. `shapes`: see {@link import('../memory/staging.js').Staging.shapes}.
   */
  constructor(store: SessionStore, records?: Pick<HibernationStore, 'read'>, shapes: Readonly<Uint8Array> = OWN_SHAPES) {
    const parts: DigestPart[] = [];
    const add = (behavior: string | undefined, name: string): PartKey => {
      parts.push({ behavior, name });
      return behavior === undefined ? partKey(parts.length - 1, name) : partKey(parts.length - 1, behavior, name);
    };
    const behaviors = store.pool.hosts.map((host) => new BehaviorDigest(host, add));
    const others = Object.fromEntries(OTHER_PARTS.map((name) => [name, add(undefined, name)])) as unknown as OtherKeys;
    this.parts = parts;
    this.#store = store;
    this.#rows = new DigestRows(parts.length);
    this.#digest = (rows, block, sessions) => {
      const { fields, key } = behaviors[block.behaviorIndex];
      rows.addColumn(key, SAME_WORDS, 0);
      for (const field of fields) field(rows, block, sessions.table);
      addOtherParts(rows, block, sessions, others);
    };
    if (records !== undefined) this.#sleepers = new SleeperDigests(store, records, shapes, parts.length, this.#digest);
  }

  /** Looks at all sessions as they are now. What the other members tell is of the last time. */
  take(): void {
    const { table, pool } = this.#store;
    const rows = this.#rows;
    const words = 2 * ROWS * pool.blocks.length;
    if (this.#slots.length < words) this.#slots = new Int32Array(words);
    const slots = this.#slots;
    let a = 0;
    let b = 0;
    rows.clear();
    for (const block of pool.blocks) {
      if (block === undefined || !rows.attach(table, block)) continue;
      this.#digest(rows, block, this.#store);
      for (let i = 0; i < rows.count; i++) {
        const row = rows.rows[i];
        const slot = block.firstSlot + row;
        slots[slot * 2] = rows.rowsA[row];
        slots[slot * 2 + 1] = rows.rowsB[row];
        a = (a + rows.rowsA[row]) | 0;
        b = (b + rows.rowsB[row]) | 0;
      }
    }
    const sleepers = this.#sleepers;
    if (sleepers !== undefined) {
      sleepers.take();
      a = (a + sleepers.a) | 0;
      b = (b + sleepers.b) | 0;
      for (let part = 0; part < rows.partsA.length; part++) {
        rows.partsA[part] += sleepers.partsA[part];
        rows.partsB[part] += sleepers.partsB[part];
      }
    }
    this.#a = a;
    this.#b = b;
  }

  /** Why a sleeper counts as a new session would: its record could not be read. It may be the next time. */
  get failure(): DormouseError | undefined {
    return this.#sleepers?.failure;
  }

  /** Of all sessions: two words, as u32. */
  get high(): number {
    return this.#a >>> 0;
  }

  get low(): number {
    return this.#b >>> 0;
  }

  /** The same as 16 digits. */
  toString(): string {
    return hexOf(this.#a, this.#b);
  }

  /** Of part number `part` over all sessions. */
  partHigh(part: number): number {
    return this.#rows.partsA[part] >>> 0;
  }

  partLow(part: number): number {
    return this.#rows.partsB[part] >>> 0;
  }

  /** Of the session in a slot that had one. */
  slotHigh(slot: number): number {
    return this.#slots[slot * 2] >>> 0;
  }

  slotLow(slot: number): number {
    return this.#slots[slot * 2 + 1] >>> 0;
  }
}

class BehaviorDigest {
  readonly key: PartKey;
  readonly fields: ReturnType<typeof fieldDigests>;

  constructor({ behavior, layout }: BehaviorHost, add: (behavior: string, name: string) => PartKey) {
    this.key = add(behavior.name, BEHAVIOR_PART);
    this.fields = fieldDigests(
      layout,
      layout.columns.map(({ name }) => add(behavior.name, name)),
    );
  }
}
