/** Types of a number that a function takes or gives, or that a global holds. */
export type NumberType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128' | 'a reference';

export interface FunctionType {
  readonly parameters: readonly NumberType[];
  readonly results: readonly NumberType[];
}

/** Pages of 64 KiB. */
export interface MemoryLimits {
  readonly least: number;
  readonly most: number | undefined;
  readonly shared: boolean;
  readonly has64Bits: boolean;
}

export interface WasmImport {
  readonly module: string;
  readonly name: string;
  readonly kind: 'function' | 'table' | 'memory' | 'global' | 'tag';
  /** Of a memory. */
  readonly limits?: MemoryLimits;
  /** Of a global. */
  readonly global?: { readonly type: NumberType; readonly mutable: boolean };
}

/** What a WebAssembly module says about itself, as far as JavaScript's own reflection does not: types, limits, segments. */
export interface WasmSections {
  readonly imports: readonly WasmImport[];
  /** Exported functions by name. */
  readonly functions: ReadonlyMap<string, FunctionType>;
  readonly ownMemories: number;
  readonly dataSegments: number;
  readonly hasStart: boolean;
}

const KINDS = ['function', 'table', 'memory', 'global', 'tag'] as const;
const NUMBERS: Readonly<Record<number, NumberType>> = { 127: 'i32', 126: 'i64', 125: 'f32', 124: 'f64', 123: 'v128' };
/** A reference whose target is written behind it. */
const TYPED_REFERENCES = [0x63, 0x64];
const FUNCTION_FORM = 0x60;
const HEADER_BYTES = 8;
const SECTION = { types: 1, imports: 2, functions: 3, memories: 5, exports: 7, start: 8, data: 11 } as const;

/**
 * Reads a module that WebAssembly has already found valid. Undefined when it declares types other than those of functions (as languages with a
 * garbage collector do): what its functions take cannot be told then.
 */
export function readSections(bytes: Uint8Array): WasmSections | undefined {
  const reader = new Reader(bytes, HEADER_BYTES);
  const types: FunctionType[] = [];
  const imports: WasmImport[] = [];
  /** Type of each function, imported ones first. */
  const functions: FunctionType[] = [];
  const exported = new Map<string, FunctionType>();
  let ownMemories = 0;
  let dataSegments = 0;
  let hasStart = false;
  while (!reader.isAtEnd) {
    const id = reader.byte();
    const size = reader.number();
    const end = reader.at + size;
    if (id === SECTION.types) {
      for (let left = reader.number(); left > 0; left--) {
        if (reader.byte() !== FUNCTION_FORM) return undefined;
        types.push({ parameters: reader.types(), results: reader.types() });
      }
    } else if (id === SECTION.imports) {
      for (let left = reader.number(); left > 0; left--) {
        const { type, ...imported } = reader.imported();
        imports.push(imported);
        if (type !== undefined) functions.push(types[type]);
      }
    } else if (id === SECTION.functions) {
      for (let left = reader.number(); left > 0; left--) functions.push(types[reader.number()]);
    } else if (id === SECTION.memories) {
      ownMemories = reader.number();
    } else if (id === SECTION.exports) {
      for (let left = reader.number(); left > 0; left--) {
        const name = reader.text();
        const kind = KINDS[reader.byte()];
        const index = reader.number();
        if (kind === 'function') exported.set(name, functions[index]);
      }
    } else if (id === SECTION.start) {
      hasStart = true;
    } else if (id === SECTION.data) {
      dataSegments = reader.number();
    }
    reader.at = end;
  }
  return { imports, functions: exported, ownMemories, dataSegments, hasStart };
}

class Reader {
  at: number;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  get isAtEnd(): boolean {
    return this.at >= this.#bytes.length;
  }

  byte(): number {
    return this.#bytes[this.at++];
  }

  /** An unsigned LEB128, of up to 53 bits. */
  number(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  }

  text(): string {
    const length = this.number();
    this.at += length;
    return new TextDecoder().decode(this.#bytes.subarray(this.at - length, this.at));
  }

  types(): NumberType[] {
    return Array.from({ length: this.number() }, () => this.#type());
  }

  imported(): WasmImport & { readonly type?: number } {
    const module = this.text();
    const name = this.text();
    const kind = KINDS[this.byte()];
    if (kind === 'function') return { module, name, kind, type: this.number() };
    if (kind === 'memory') return { module, name, kind, limits: this.#limits() };
    if (kind === 'global') return { module, name, kind, global: { type: this.#type(), mutable: this.byte() === 1 } };
    if (kind === 'table') {
      this.#type();
      this.#limits();
    } else {
      this.byte();
      this.number();
    }
    return { module, name, kind };
  }

  #type(): NumberType {
    const byte = this.byte();
    // Its heap type: one signed LEB128.
    if (TYPED_REFERENCES.includes(byte)) this.number();
    return NUMBERS[byte] ?? 'a reference';
  }

  #limits(): MemoryLimits {
    const flags = this.number();
    const least = this.number();
    return { least, most: (flags & 1) === 1 ? this.number() : undefined, shared: (flags & 2) !== 0, has64Bits: (flags & 4) !== 0 };
  }
}
