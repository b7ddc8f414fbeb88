/** WebAssembly modules put together by hand: right ones, and ones with any mistake. Loaded in threads, so it is JavaScript. */

const TYPES = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b };
const KINDS = { function: 0, memory: 2, global: 3 };
const KERNEL_TYPE = { parameters: ['i32', 'i32', 'i32', 'i32', 'i32', 'f64', 'f64'], results: [] };

/** Unsigned LEB128. */
function number(value) {
  const bytes = [];
  do {
    bytes.push((value % 128) + (value >= 128 ? 128 : 0));
    value = Math.floor(value / 128);
  } while (value > 0);
  return bytes;
}

const text = (value) => [...number(value.length), ...Buffer.from(value)];
const vector = (items) => [...number(items.length), ...items.flat()];
const section = (id, content) => [id, ...number(content.length), ...content];
const limits = ({ least = 1, most = 65_536, shared = true }) => [
  (most === undefined ? 0 : 1) + (shared ? 2 : 0),
  ...number(least),
  ...(most === undefined ? [] : number(most)),
];

function importOf({ module, name, kind = 'global', type = 'i32', mutable = false, memory = {} }) {
  const what = { function: () => [0], memory: () => limits(memory), global: () => [TYPES[type], mutable ? 1 : 0] };
  return [...text(module), ...text(name), KINDS[kind], ...what[kind]()];
}

/**
 * A module with one function, type 0, that is exported. What is not given is as it must be; `body` are its instructions, `locals` how many
 * i32 it has beside its parameters.
 */
export function wasm({
  type = KERNEL_TYPE,
  imports = [],
  memory = {},
  exported = 'updateBatch',
  body = [],
  locals = 1,
  ownMemory = false,
  data = false,
  start = false,
  form = 0x60,
} = {}) {
  const all = memory === null ? imports : [{ module: 'env', name: 'memory', kind: 'memory', memory }, ...imports];
  const functions = all.filter(({ kind }) => kind === 'function').length;
  const types = [[form, ...vector(type.parameters.map((each) => [TYPES[each]])), ...vector(type.results.map((each) => [TYPES[each]]))]];
  const code = [...vector([[...number(locals), TYPES.i32]]), ...body, 0x0b];
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, vector(types)),
    ...section(2, vector(all.map(importOf))),
    ...section(3, vector([number(0)])),
    ...(ownMemory ? section(5, vector([limits({ shared: false })])) : []),
    ...section(7, vector([[...text(exported), KINDS.function, ...number(functions)]])),
    ...(start ? section(8, number(functions)) : []),
    ...section(10, vector([[...number(code.length), ...code]])),
    ...(data ? section(11, vector([[0, 0x41, 0, 0x0b, ...number(1), 7]])) : []),
  ]);
}

const get = (local) => [0x20, local];
const int = (value) => [0x41, value];
const address = (row, field) => [...get(0), ...row, ...int(2), 0x74, 0x6a, 0x23, field, 0x6a];
const load = (row, field) => [...address(row, field), 0x28, 2, 0];
const when = (condition, then) => [...condition, 0x04, 0x40, ...then, 0x0b];
const ROW = 7;
const row = get(ROW);
const bit = [...get(3), ...get(4), ...row, ...int(32), 0x48, 0x1b, ...row, 0x76, ...int(1), 0x71];
const [SPINS, TRAPS] = [1, 2];

/**
 * A kernel that adds `params.amount` to the hot field `updates` of each active row, and then meets the row's `fate`: 1, an endless loop; 2, a
 * trap. Fields are i32 or u32.
 */
export function countingKernel() {
  const [UPDATES, FATE, AMOUNT] = [0, 1, 2];
  const update = [
    ...address(row, UPDATES),
    ...[...load(row, UPDATES), 0x23, AMOUNT, 0x6a],
    ...[0x36, 2, 0],
    ...when([...load(row, FATE), ...int(SPINS), 0x46], [0x03, 0x40, 0x0c, 0, 0x0b]),
    ...when([...load(row, FATE), ...int(TRAPS), 0x46], [0x00]),
  ];
  return wasm({
    imports: [
      { module: 'layout', name: 'updates' },
      { module: 'layout', name: 'fate' },
      { module: 'params', name: 'amount' },
    ],
    body: [
      ...[...get(1), 0x21, ROW, 0x02, 0x40, 0x03, 0x40],
      ...[...row, ...get(2), 0x4e, 0x0d, 1],
      ...when(bit, update),
      ...[...row, ...int(1), 0x6a, 0x21, ROW, 0x0c, 0, 0x0b, 0x0b],
    ],
  });
}
