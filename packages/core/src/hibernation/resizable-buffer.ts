/**
 * Memory of the operating system's own, by whole pages: it is given back when it shrinks, at once; nobody has to collect, and no hole is left in
 * malloc's. Typed arrays on it are read at two thirds of the speed, one by one; views that are copied from, slower.
 */
export interface ResizableBuffer extends ArrayBuffer {
  resize(byteLength: number): void;
}

type ResizableConstructor = new (byteLength: number, options: { maxByteLength: number }) => ResizableBuffer;

/** Throws a `RangeError` when there is no memory. */
export function allocateResizable(byteLength: number): ResizableBuffer {
  return new (ArrayBuffer as unknown as ResizableConstructor)(byteLength, { maxByteLength: byteLength });
}
