/** The little of WebAssembly's types that is used here: they ship with the DOM's, which a Node library must not ask for. */
declare namespace WebAssembly {
  class Memory {
    constructor(descriptor: { initial: number; maximum: number; shared: true });
    readonly buffer: SharedArrayBuffer;
  }

  class Module {
    constructor(bytes: ArrayBuffer | ArrayBufferView);
  }

  class Instance {
    constructor(module: Module, imports: Readonly<Record<string, Readonly<Record<string, unknown>>>>);
    readonly exports: Readonly<Record<string, unknown>>;
  }

  class RuntimeError extends Error {}
}
