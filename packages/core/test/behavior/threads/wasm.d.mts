export interface HandMadeImport {
  readonly module: string;
  readonly name: string;
  readonly kind?: 'function' | 'memory' | 'global';
  readonly type?: string;
  readonly mutable?: boolean;
  readonly memory?: HandMadeMemory;
}
export interface HandMadeMemory {
  readonly least?: number;
  readonly most?: number | undefined;
  readonly shared?: boolean;
}
export interface HandMadeModule {
  readonly type?: { readonly parameters: readonly string[]; readonly results: readonly string[] };
  readonly imports?: readonly HandMadeImport[];
  readonly memory?: HandMadeMemory | null;
  readonly exported?: string;
  readonly body?: readonly number[];
  readonly locals?: number;
  readonly ownMemory?: boolean;
  readonly data?: boolean;
  readonly start?: boolean;
  readonly form?: number;
}
export declare function wasm(module?: HandMadeModule): Uint8Array<ArrayBuffer>;
export declare function countingKernel(): Uint8Array<ArrayBuffer>;
