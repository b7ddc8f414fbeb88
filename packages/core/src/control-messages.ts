import type { BehaviorDescriptor } from './behavior-module.js';
import type { RingSizes } from './layout/block-layout.js';
import type { TableAttachment } from './memory/session-table.js';
import type { ThreadError } from './thread-error.js';

/** What a participant's thread must know of a block. */
export interface BlockNews {
  readonly kind: 'block';
  readonly blockIndex: number;
  readonly behaviorIndex: number;
  readonly buffer: SharedArrayBuffer;
}

/** The first message that a participant's port holds: all there is when it joins. Later ones tell what has changed. */
export interface Attachment {
  readonly kind: 'attach';
  readonly participant: number;
  readonly table: TableAttachment;
  readonly staging: SharedArrayBuffer;
  readonly sizes: RingSizes;
  readonly behaviors: readonly BehaviorDescriptor[];
  readonly workerSetup: readonly string[];
  /** Module whose default export is the manager's codec; none for MessagePack. */
  readonly codecUrl: string | undefined;
  readonly seed: number;
  readonly mapIndex: SharedArrayBuffer;
  readonly shared: readonly (readonly [name: string, view: ArrayBufferView])[];
  readonly blocks: readonly BlockNews[];
  /** Number of the last control message that this one makes superfluous. */
  readonly control: number;
}

/**
 * From the host to each participant, posted before its number is raised, and taken before the next round is run: no thread runs a batch
 * without knowing all that was posted before the round was opened.
 */
export type ControlMessage =
  | BlockNews
  | { readonly kind: 'drop'; readonly blockIndex: number }
  | { readonly kind: 'map index'; readonly buffer: SharedArrayBuffer }
  | { readonly kind: 'shared'; readonly name: string; readonly view: ArrayBufferView }
  /** Collect garbage: what was dropped is to be given back. */
  | { readonly kind: 'collect' };

/** From a participant's thread to the host. */
export type ThreadNews =
  | { readonly kind: 'importing'; readonly url: string }
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly error: ThreadError }
  /** Its garbage is collected, as it was told. */
  | { readonly kind: 'collected' }
  | { readonly kind: 'fault'; readonly blockIndex: number; readonly begin: number; readonly end: number; readonly error: ThreadError };
