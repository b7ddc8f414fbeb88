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
 *
 * Each is at most 27 bytes of bytecode, which V8 inlines whatever else the function holds. Above that its budget (920 bytes) runs
 * out after some twenty accesses: a setter that is called then boxes its number, and W2 took twice as long. So the views are
 * properties of the state itself, not of an object in it, and sums are left as they are (`| 0` would be three bytes more and
 * keep the update of W1 out of the loop that runs it).
 */
// biome-ignore format: a table
export const COLD_ACCESSORS: Record<ElementType, (o: number) => Accessor> = {
  f32: (o) => ({ get() { return this.$f32[o + this.$row]; }, set(v: number) { this.$f32[o + this.$row] = v; } }),
  f64: (o) => ({ get() { return this.$f64[o + this.$row]; }, set(v: number) { this.$f64[o + this.$row] = v; } }),
  i8:  (o) => ({ get() { return this.$i8[o + this.$row]; }, set(v: number) { this.$i8[o + this.$row] = v; } }),
  u8:  (o) => ({ get() { return this.$u8[o + this.$row]; }, set(v: number) { this.$u8[o + this.$row] = v; } }),
  i16: (o) => ({ get() { return this.$i16[o + this.$row]; }, set(v: number) { this.$i16[o + this.$row] = v; } }),
  u16: (o) => ({ get() { return this.$u16[o + this.$row]; }, set(v: number) { this.$u16[o + this.$row] = v; } }),
  i32: (o) => ({ get() { return this.$i32[o + this.$row]; }, set(v: number) { this.$i32[o + this.$row] = v; } }),
  u32: (o) => ({ get() { return this.$u32[o + this.$row]; }, set(v: number) { this.$u32[o + this.$row] = v; } }),
  i64: (o) => ({ get() { return this.$i64[o + this.$row]; }, set(v: bigint) { this.$i64[o + this.$row] = v; } }),
};

/** The same for columns in the page's hot half. */
// biome-ignore format: a table
export const HOT_ACCESSORS: Record<ElementType, (o: number) => Accessor> = {
  f32: (o) => ({ get() { return this.$hotF32[o + this.$row]; }, set(v: number) { this.$hotF32[o + this.$row] = v; } }),
  f64: (o) => ({ get() { return this.$hotF64[o + this.$row]; }, set(v: number) { this.$hotF64[o + this.$row] = v; } }),
  i8:  (o) => ({ get() { return this.$hotI8[o + this.$row]; }, set(v: number) { this.$hotI8[o + this.$row] = v; } }),
  u8:  (o) => ({ get() { return this.$hotU8[o + this.$row]; }, set(v: number) { this.$hotU8[o + this.$row] = v; } }),
  i16: (o) => ({ get() { return this.$hotI16[o + this.$row]; }, set(v: number) { this.$hotI16[o + this.$row] = v; } }),
  u16: (o) => ({ get() { return this.$hotU16[o + this.$row]; }, set(v: number) { this.$hotU16[o + this.$row] = v; } }),
  i32: (o) => ({ get() { return this.$hotI32[o + this.$row]; }, set(v: number) { this.$hotI32[o + this.$row] = v; } }),
  u32: (o) => ({ get() { return this.$hotU32[o + this.$row]; }, set(v: number) { this.$hotU32[o + this.$row] = v; } }),
  i64: (o) => ({ get() { return this.$hotI64[o + this.$row]; }, set(v: bigint) { this.$hotI64[o + this.$row] = v; } }),
};
