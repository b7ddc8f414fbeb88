/** The little of WebAssembly's types that is used here: they ship with the DOM's, which a Node library must not ask for. */
declare namespace WebAssembly {
  class Memory {
    constructor(descriptor: { initial: number; maximum: number; shared: true });
    readonly buffer: SharedArrayBuffer;
  }
}
