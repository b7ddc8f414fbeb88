import type { AnyBehavior } from '../behavior.js';
import { type BlockLayout, layOutBlock, type RingSizes } from '../layout/block-layout.js';
import type { DataColumn } from '../layout/data-column.js';
import type { Field } from '../layout/field.js';
import { ELEMENT_BYTES } from '../layout/field.js';
import { wholePages } from '../layout/geometry.js';
import type { StateLayout, TextColumn } from '../layout/state-layout.js';
import type { Block } from '../memory/block.js';
import { clearData, touchedDataBytes } from '../memory/data-values.js';
import { defineHostState, type HostStateClass } from './host-state.js';

type Elements = { [index: number]: number | bigint; fill(value: number | bigint, start: number, end: number): unknown };

/** One behaviour in one manager: where its sessions' fields lie, and how a new session's are set. */
export class BehaviorHost {
  readonly behavior: AnyBehavior;
  readonly behaviorIndex: number;
  readonly layout: StateLayout;
  readonly blockLayout: BlockLayout;
  readonly HostState: HostStateClass;
  readonly #initials: readonly Initial[];
  readonly #data: readonly DataColumn[];

  constructor(behavior: AnyBehavior, behaviorIndex: number, sizes: RingSizes) {
    this.behavior = behavior;
    this.behaviorIndex = behaviorIndex;
    this.layout = behavior.layout;
    this.blockLayout = layOutBlock(this.layout, sizes);
    this.HostState = defineHostState(this.layout);
    this.#data = this.layout.columns.filter((column): column is DataColumn => column.field.kind === 'data');
    this.#initials = this.layout.columns.map((column) => ({
      hot: column.hot,
      element: column.element,
      offset: column.offset,
      stride: column.stride,
      ...initialOf(column.field),
      lengthOffset: (column as TextColumn).lengthOffset,
    }));
  }

  /** Gives every field of a row its initial value (R-14: nothing of the last session remains). */
  initialise(block: Block, row: number): void {
    for (const { hot, element, offset, stride, value, bytes, lengthOffset } of this.#initials) {
      const elements = (hot ? block.hot : block.cold)[element] as unknown as Elements;
      const start = offset + row * stride;
      if (stride === 1) elements[start] = value;
      else elements.fill(value, start, start + stride);
      if (bytes === undefined) continue;
      block.cold.u8.set(bytes, start);
      block.cold.u16[lengthOffset + row] = bytes.length;
    }
    for (const column of this.#data) clearData(block, column, row);
  }

  /** Bytes of a block's values of variable size that its first `rows` rows have ever touched. */
  touchedDataBytes(block: Block, rows: number): number {
    return this.#data.reduce((sum, column) => sum + touchedDataBytes(block, column, rows), 0);
  }

  /** Bytes of the pages that a block's snapshot of published columns adds to those of the columns themselves. */
  get snapshotBytes(): number {
    const { snapshot, state } = this.blockLayout;
    return wholePages(snapshot + state.publishedBytes) - wholePages(snapshot);
  }

  /** Bytes of cold columns that `rows` rows have ever touched. */
  touchedColdBytes(rows: number): number {
    if (rows === 0) return 0;
    return Math.min(
      wholePages(this.layout.coldBytes),
      this.layout.columns.reduce(
        (sum, { element, stride, hot }) => sum + (hot ? 0 : wholePages(ELEMENT_BYTES[element] * stride * rows)),
        0,
      ),
    );
  }
}

interface Initial {
  readonly hot: boolean;
  readonly element: keyof Block['cold'];
  readonly offset: number;
  readonly stride: number;
  readonly value: number | bigint;
  /** Of a text field: its initial bytes. */
  readonly bytes: Uint8Array | undefined;
  readonly lengthOffset: number;
}

function initialOf({ initial }: Field): { value: number | bigint; bytes: Uint8Array | undefined } {
  if (typeof initial === 'string') return { value: 0, bytes: new TextEncoder().encode(initial) };
  return { value: typeof initial === 'boolean' ? Number(initial) : initial, bytes: undefined };
}
