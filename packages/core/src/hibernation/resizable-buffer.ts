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

/**
 * The same, but that it goes back once nobody has it any more and that was collected; typed arrays of a fixed length on it are read at full speed, since it can only grow. Shared in
 * name: no other thread sees it. Throws a `RangeError` when there is no memory.
 */
export function allocatePages(byteLength: number): SharedArrayBuffer {
  return new SharedArrayBuffer(byteLength, { maxByteLength: byteLength });
}
