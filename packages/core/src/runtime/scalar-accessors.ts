import type { ElementType } from '../layout/field.js';
import type { StateView } from './state-view.js';

/** A getter and a setter that run on a {@link StateView}. */
export type Accessor = ThisType<StateView> & PropertyDescriptor;

/**
 * Accessors of single-valued columns, by element type; `o` is the column's offset in elements.
 *
 * One literal for each element type and part, each reading one view at a constant offset plus the row: that is what V8
 * turns into a plain load. One generic literal for all of them is 15 times slower, since its feedback has then seen every
 * kind of typed array.
 */
// biome-ignore format: a table
export const COLD_ACCESSORS: Record<ElementType, (o: number) => Accessor> = {
  f32: (o) => ({ get() { return this.$cold.f32[(o + this.$row) | 0]; }, set(v: number) { this.$cold.f32[(o + this.$row) | 0] = v; } }),
  f64: (o) => ({ get() { return this.$cold.f64[(o + this.$row) | 0]; }, set(v: number) { this.$cold.f64[(o + this.$row) | 0] = v; } }),
  i8:  (o) => ({ get() { return this.$cold.i8 [(o + this.$row) | 0]; }, set(v: number) { this.$cold.i8 [(o + this.$row) | 0] = v; } }),
  u8:  (o) => ({ get() { return this.$cold.u8 [(o + this.$row) | 0]; }, set(v: number) { this.$cold.u8 [(o + this.$row) | 0] = v; } }),
  i16: (o) => ({ get() { return this.$cold.i16[(o + this.$row) | 0]; }, set(v: number) { this.$cold.i16[(o + this.$row) | 0] = v; } }),
  u16: (o) => ({ get() { return this.$cold.u16[(o + this.$row) | 0]; }, set(v: number) { this.$cold.u16[(o + this.$row) | 0] = v; } }),
  i32: (o) => ({ get() { return this.$cold.i32[(o + this.$row) | 0]; }, set(v: number) { this.$cold.i32[(o + this.$row) | 0] = v; } }),
  u32: (o) => ({ get() { return this.$cold.u32[(o + this.$row) | 0]; }, set(v: number) { this.$cold.u32[(o + this.$row) | 0] = v; } }),
  i64: (o) => ({ get() { return this.$cold.i64[(o + this.$row) | 0]; }, set(v: bigint) { this.$cold.i64[(o + this.$row) | 0] = v; } }),
};

/** The same for columns in the page's hot half. */
// biome-ignore format: a table
export const HOT_ACCESSORS: Record<ElementType, (o: number) => Accessor> = {
  f32: (o) => ({ get() { return this.$hot.f32[(o + this.$row) | 0]; }, set(v: number) { this.$hot.f32[(o + this.$row) | 0] = v; } }),
  f64: (o) => ({ get() { return this.$hot.f64[(o + this.$row) | 0]; }, set(v: number) { this.$hot.f64[(o + this.$row) | 0] = v; } }),
  i8:  (o) => ({ get() { return this.$hot.i8 [(o + this.$row) | 0]; }, set(v: number) { this.$hot.i8 [(o + this.$row) | 0] = v; } }),
  u8:  (o) => ({ get() { return this.$hot.u8 [(o + this.$row) | 0]; }, set(v: number) { this.$hot.u8 [(o + this.$row) | 0] = v; } }),
  i16: (o) => ({ get() { return this.$hot.i16[(o + this.$row) | 0]; }, set(v: number) { this.$hot.i16[(o + this.$row) | 0] = v; } }),
  u16: (o) => ({ get() { return this.$hot.u16[(o + this.$row) | 0]; }, set(v: number) { this.$hot.u16[(o + this.$row) | 0] = v; } }),
  i32: (o) => ({ get() { return this.$hot.i32[(o + this.$row) | 0]; }, set(v: number) { this.$hot.i32[(o + this.$row) | 0] = v; } }),
  u32: (o) => ({ get() { return this.$hot.u32[(o + this.$row) | 0]; }, set(v: number) { this.$hot.u32[(o + this.$row) | 0] = v; } }),
  i64: (o) => ({ get() { return this.$hot.i64[(o + this.$row) | 0]; }, set(v: bigint) { this.$hot.i64[(o + this.$row) | 0] = v; } }),
};
