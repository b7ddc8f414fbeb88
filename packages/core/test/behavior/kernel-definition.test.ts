import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import {
  type BehaviorDefinition,
  defineBehavior,
  type Fields,
  f32,
  f64,
  i16,
  type Kernel,
  kernelLayout,
  SessionManager,
  u8,
  u32,
} from '@dormouse/core';
import { describe, expect, it } from 'vitest';
import { failure, startWith, thrownBy } from '../manager/test-manager.js';
import { serialScheduler } from '../scheduler/test-schedulers.js';
import { moduleFolder } from './module-folder.js';
import { type HandMadeModule, wasm } from './threads/wasm.mjs';

const state = { x: f32({ hot: true }), steps: u32({ hot: true }), cold: f64() };
const define = (kernel: unknown, more: object = {}) =>
  defineBehavior(import.meta.url, { name: 'walker', state, kernel, ...more } as BehaviorDefinition<Fields, unknown>);
const invalid = (message: string) => failure('ERR_BEHAVIOR_INVALID', message);

describe('a kernel in a definition', () => {
  const module = wasm();

  it.each([
    [5, 'kernel must be an object such as { module }: got 5'],
    [{}, "module of a kernel must be a URL, such as new URL('./walk.wasm', import.meta.url), or bytes: got undefined"],
    [
      { module: './walk.wasm' },
      'module of a kernel must be a URL, such as new URL(\'./walk.wasm\', import.meta.url), or bytes: got "./walk.wasm"',
    ],
    [{ module: new URL('http://localhost/a') }, 'module of a kernel must be a file: or data: URL: got "http://localhost/a"'],
    [{ module, export: '' }, 'export of a kernel must be the name of a function: got ""'],
    [{ module, params: 5 }, 'params of a kernel must be an object of numbers: got 5'],
    [{ module, params: { speed: '1' } }, 'params.speed of a kernel must be a finite number: got "1"'],
    [{ module, params: { speed: Number.NaN } }, 'params.speed of a kernel must be a finite number: got NaN'],
    [{ module, name: 'walk' }, 'unknown member "name" in a kernel: known are module, export, params'],
  ])('refuses %o', (kernel, message) => {
    expect(thrownBy(() => define(kernel))).toEqual(invalid(message));
  });

  it.each(['update', 'updateBatch'])('refuses %s beside it', (member) => {
    const message = 'behaviour "walker" must have no update beside its kernel, which runs in its place';
    expect(thrownBy(() => define({ module }, { [member]: () => {} }))).toEqual(invalid(message));
  });

  it('refuses a state without a hot field', () => {
    const message = 'a behaviour with a kernel must have a field with { hot: true }: a kernel reaches no other';
    expect(thrownBy(() => define({ module }, { state: { x: f32() } }))).toEqual(invalid(message));
  });
});

describe('kernelLayout', () => {
  it('gives the first byte of each hot field’s column: widest elements first, then in the order of declaration, 64 rows each', () => {
    const hot = { hot: true } as const;
    const fields = { a: u8(hot), b: f32(hot), cold: f64(), c: f64(hot), d: i16({ ...hot, length: 3 }), e: u32(hot) };
    expect(kernelLayout(defineBehavior(import.meta.url, { state: fields, update() {} }))).toEqual({
      c: 0,
      b: 512,
      e: 768,
      d: 1024,
      a: 1408,
    });
  });

  it('is empty where nothing is hot', () => {
    expect(kernelLayout(defineBehavior(import.meta.url, { state: { x: f32() }, update() {} }))).toEqual({});
  });
});

/** What starting a manager with this kernel comes to. */
async function startFailure(kernel: Kernel, sessionCeiling = 1000): Promise<unknown> {
  const starting = SessionManager.start({ behavior: define(kernel), scheduler: serialScheduler(), logger: false, sessionCeiling });
  return starting.then(
    (manager) => manager.shutdown(),
    (error) => error,
  );
}

const refusal = (reason: string | RegExp, where = '') =>
  expect.objectContaining({
    code: 'ERR_START_FAILED',
    message: expect.stringMatching(/^(a behaviour|the session store) did not start: the kernel of behaviour "walker"/),
    cause:
      typeof reason === 'string'
        ? failure('ERR_KERNEL_INVALID', `the kernel of behaviour "walker"${where} cannot be used: ${reason}`)
        : failure('ERR_KERNEL_INVALID', reason),
  });

const ALLOWED = 'a kernel may import env.memory, globals layout.<hot field>, and globals params.<name>';
const SIGNATURE = '(i32, i32, i32, i32, i32, f64, f64) → nothing';

const MISTAKES: readonly [HandMadeModule, string | RegExp, Partial<Kernel>?][] = [
  [{ memory: null }, 'it does not import env.memory: AssemblyScript does with the options --importMemory --sharedMemory'],
  [{ memory: { shared: false } }, 'env.memory is declared as a memory that is not shared: it must be shared'],
  [{ memory: { least: 60_000 } }, /declared with at least 60000 pages, and the session table has \d+: declare 1$/],
  [{ memory: { most: 2 } }, /declared with at most 2 pages, and the session table has \d+: declare 65536$/],
  [
    { imports: [{ module: 'env', name: 'abort', kind: 'function' }] },
    `it imports env.abort (function): ${ALLOWED}; leave it out with the option --use abort= of AssemblyScript`,
  ],
  [{ imports: [{ module: 'wasi', name: 'clock', kind: 'function' }] }, `it imports wasi.clock (function): ${ALLOWED}`],
  [{ imports: [{ module: 'layout', name: 'cold' }] }, 'it imports layout.cold: the hot fields of the behaviour are x, steps'],
  [{ imports: [{ module: 'layout', name: 'x', type: 'f64' }] }, 'it imports layout.x as f64: it must be i32'],
  [{ imports: [{ module: 'layout', name: 'x', mutable: true }] }, 'it imports layout.x as a global that changes: it must be a constant'],
  [{ imports: [{ module: 'params', name: 'speed', type: 'f32' }] }, 'it imports params.speed: the params of the kernel are none'],
  [
    { imports: [{ module: 'params', name: 'speed', type: 'i64' }] },
    'it imports params.speed as i64: it must be i32, f32, f64',
    { params: { speed: 1 } },
  ],
  [
    { imports: [{ module: 'params', name: 'speed', type: 'i32' }] },
    'it imports params.speed as i32, an integer −2147483648…4294967295: got 1.5',
    { params: { speed: 1.5 } },
  ],
  [{}, 'it does not import params.speed, which the behaviour gives it', { params: { speed: 1 } }],
  [{ data: true }, 'it has 1 data segments (texts, arrays, tables): they would be written over the session table'],
  [{ start: true, type: { parameters: [], results: [] } }, 'it has a start function: nothing of a kernel may run before it is called'],
  [{ exported: 'run' }, 'it exports no function "updateBatch", but "run"'],
  [{}, 'it exports no function "run", but "updateBatch"', { export: 'run' }],
  [{ type: { parameters: ['i32', 'i64'], results: [] } }, `updateBatch must be a function ${SIGNATURE}: it is (i32, i64) → nothing`],
  [{ type: { parameters: [], results: ['f32'] }, body: [0x43, 0, 0, 0, 0] }, `updateBatch must be a function ${SIGNATURE}: it is () → f32`],
];

describe('ERR_KERNEL_INVALID names what is wrong', () => {
  it.each(MISTAKES)('%o: %s', async (module, reason, kernel = {}) => {
    expect(await startFailure({ module: wasm(module), ...kernel })).toEqual(refusal(reason));
  });

  it('a second memory, where this Node.js knows that', async () => {
    expect(await startFailure({ module: wasm({ ownMemory: true }) })).toEqual(
      refusal(
        /it has a memory of its own: it must have that of the session table alone$|it is no WebAssembly module that this Node\.js runs: /,
      ),
    );
  });

  it('what is no module at all', async () => {
    expect(await startFailure({ module: new Uint8Array(8) })).toEqual(refusal(/it is no WebAssembly module that this Node\.js runs: /));
  });

  it('a file that is not there; once it is, the same behaviour starts', async () => {
    const folder = moduleFolder();
    try {
      const file = folder.path('walk.wasm');
      const behavior = define({ module: pathToFileURL(file) });
      const start = () => startWith({ behavior, scheduler: serialScheduler() });
      await expect(start()).rejects.toEqual(refusal(/\(file:.*walk\.wasm\) cannot be used: it cannot be read: ENOENT/));
      writeFileSync(file, wasm());
      expect((await start()).config.enabled).toBe(true);
    } finally {
      folder.remove();
    }
  });
});

describe('a kernel that is as it must be', () => {
  const imports = [
    { module: 'layout', name: 'x' },
    { module: 'params', name: 'speed', type: 'f32' },
    { module: 'params', name: 'mask' },
  ];
  const bytes = wasm({ imports, exported: 'run' });
  const rest = { export: 'run', params: { speed: 1.5, mask: 0xffff_ffff } };

  it.each([
    ['bytes', bytes],
    ['a part of a buffer', new Uint8Array([9, ...bytes, 9]).subarray(1, bytes.length + 1)],
    ['a buffer', bytes.buffer],
    ['a data: URL', new URL(`data:application/wasm;base64,${Buffer.from(bytes).toString('base64')}`)],
  ])('is taken as %s', async (_, module) => {
    expect(await startFailure({ module, ...rest })).toBeUndefined();
  });

  it('works in several managers of one behaviour at once, each on its own table', async () => {
    const behavior = define({ module: bytes, ...rest });
    for (const sessionCeiling of [1000, 100_000]) {
      const manager = await startWith({ behavior, scheduler: serialScheduler(), sessionCeiling });
      manager.createSession(1);
      expect((await manager.updateAllSessions(100)).faults).toEqual([]);
    }
  });
});
