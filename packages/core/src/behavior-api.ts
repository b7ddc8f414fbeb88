/**
 * `@dormouse/core/behavior`: what a behaviour's module is written with. All of it is in `@dormouse/core` too; from here a worker thread, which imports that module,
 * loads what sessions need and nothing of the manager.
 *
 * ```js
 * import { defineBehavior, u32 } from '@dormouse/core/behavior';
 *
 * export default defineBehavior(import.meta.url, {
 *   state: { ticks: u32() },
 *   update({ state }) {
 *     state.ticks++;
 *   },
 * });
 * ```
 *
 * @packageDocumentation
 */
export {
  type AnyBehavior,
  type Behavior,
  type BehaviorDefinition,
  defineBehavior,
  type FieldsOf,
  type InitOf,
  isBehavior,
  type SetupContext,
} from './behavior.js';
export { type Kernel, kernelLayout } from './behavior-kernel/kernel.js';
export { DormouseError, type ErrorCode } from './errors.js';
export type { Codec } from './layout/codec.js';
export { type DataField, type DataOptions, data } from './layout/data-field.js';
export {
  type ArrayFieldOptions,
  bigint64,
  bool,
  type Data,
  type Field,
  type FieldArray,
  type FieldOptions,
  f32,
  f64,
  i8,
  i16,
  i32,
  type PublishedField,
  type ReadonlyFieldArray,
  type TextOptions,
  text,
  u8,
  u16,
  u32,
} from './layout/field.js';
export type { Fields } from './layout/state-layout.js';
export type { TypedViews } from './memory/block.js';
export type { Packet, PacketWriter } from './memory/packet-view.js';
export type { Shareable } from './memory/shared-buffers.js';
export type {
  Answer,
  AnswerFailure,
  LogLevel,
  Message,
  Peer,
  PublishedOf,
  Session,
  SessionBatch,
  SpawnOptions,
  StateOf,
  TickInfo,
} from './session-api.js';
