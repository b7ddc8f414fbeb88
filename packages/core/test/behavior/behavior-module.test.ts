import { Worker } from 'node:worker_threads';
import { bigint64, bool, data, defineBehavior, f32, i8, text, u32 } from '@dormouse/core';
import { type BehaviorDescriptor, describeBehavior } from '@dormouse/core/worker';
import { afterAll, describe, expect, it } from 'vitest';
import { checkBehaviors } from '../../src/behavior-check.js';
import { failure } from '../manager/test-manager.js';
import { CORE, moduleFolder, WALKER, WALKER_LAYOUT } from './module-folder.js';

const folder = moduleFolder();
afterAll(() => folder.remove());

const thread = new URL('behavior-check-thread.js', CORE);
const walker = folder.write('walker.mjs', WALKER);
const TSX_HINT = "workerSetup: [import.meta.resolve('@dormouse/core/worker-setup-tsx')]";
/** Whether this Node.js removes types by itself. */
const stripsTypes = (process.features as { typescript?: unknown }).typescript === 'strip';

function descriptor(url: string, overrides: Partial<BehaviorDescriptor> = {}): BehaviorDescriptor {
  return { url, name: 'walker', layout: WALKER_LAYOUT, ...overrides };
}

/** What a thread of its own makes of the order; resolves when it could import everything. */
function imported(behaviors: readonly BehaviorDescriptor[], workerSetup: readonly string[] = []): Promise<void> {
  return checkBehaviors({ behaviors, workerSetup }, { thread });
}

/** Claims that the import of one behaviour fails with this reason. */
async function refused(wanted: BehaviorDescriptor, reason: string): Promise<void> {
  const message = `behaviour "${wanted.name}" cannot be imported from ${wanted.url}: ${reason}`;
  await expect(imported([wanted])).rejects.toEqual(failure('ERR_BEHAVIOR_IMPORT', message));
}

describe('a descriptor', () => {
  const behavior = defineBehavior('file:///bots/miner.js', {
    name: 'digger',
    state: {
      depth: f32({ initial: 3 }),
      tools: i8({ length: 4 }),
      gold: bigint64(),
      tired: bool({ hot: true }),
      title: text(20, { initial: 'Sir' }),
      bag: data({ maxBytes: 4096, initial: { gold: 3 } }),
      place: f32({ published: true }),
    },
    update() {},
  });

  it('says where the behaviour is and what each field is, but nothing of initial values', () => {
    expect(describeBehavior(behavior)).toEqual({
      url: 'file:///bots/miner.js',
      name: 'digger',
      layout: [
        'depth: f32',
        'tools: i8[4]',
        'gold: bigint',
        'tired: bool hot',
        'title: text[20]',
        'bag: data maxBytes=4096',
        'place: f32 published',
      ],
    });
  });

  it('can be posted to a thread', () => {
    const described = describeBehavior(behavior);
    expect(structuredClone(described)).toEqual(described);
  });

  it('tells apart every option of a field that changes where or how it is stored', () => {
    const variants = [
      ...[u32(), u32({ hot: true }), u32({ published: true }), u32({ length: 2 })],
      ...[f32(), bool(), i8(), bigint64(), text(1), text(2), data({ maxBytes: 1 }), data({ maxBytes: 2 })],
    ];
    const layouts = variants.map((field) => describeBehavior(defineBehavior('file:///a.js', { state: { field }, update() {} })).layout[0]);
    expect(new Set(layouts).size).toBe(variants.length);
  });
});

describe('a thread finds a behaviour', () => {
  it('that is the default export, a named one, one of several, or in the default of a CommonJS module', async () => {
    const several = folder.write(
      'several.mjs',
      `import { defineBehavior, u32 } from 'CORE/index.js';
       const update = () => {};
       export const first = defineBehavior(import.meta.url, { name: 'one', state: { a: u32() }, update });
       export const second = defineBehavior(import.meta.url, { name: 'two', state: {}, update });
       export const speed = 3;`,
    );
    const wrapped = folder.write('wrapped.mjs', `import walker from './walker.mjs'; export default { walker };`);
    await imported([
      descriptor(walker),
      descriptor(several, { name: 'two', layout: [] }),
      descriptor(several, { name: 'one', layout: ['a: u32'] }),
      descriptor(wrapped),
    ]);
  });

  it('after the modules of workerSetup, in their order, and gets the behaviour itself', async () => {
    const setup = (value: string) => folder.write(`setup-${value}.mjs`, `(globalThis.order ??= []).push('${value}');`);
    const late = folder.write('late.mjs', `${WALKER}\nglobalThis.order.push('behaviour');`);
    const program = folder.write(
      'thread.mjs',
      `import { parentPort, workerData } from 'node:worker_threads';
       import { importBehaviors } from 'CORE/worker.js';
       const [behavior] = await importBehaviors(workerData.behaviors, { workerSetup: workerData.workerSetup });
       const session = { state: { x: 1 } };
       behavior.definition.update(session);
       parentPort.postMessage({ order: globalThis.order, name: behavior.name, x: session.state.x });`,
    );
    const workerData = { behaviors: [descriptor(late, { name: 'late' })], workerSetup: [setup('first'), setup('second')] };
    const worker = new Worker(new URL(program), { workerData });
    const news = await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
    await worker.terminate();
    expect(news).toEqual({ order: ['first', 'second', 'behaviour'], name: 'late', x: 2 });
  });
});

/** Starts a manager when it is imported. */
const PROGRAM = `import { SessionManager } from 'CORE/index.js';
  import walker from './walker.mjs';
  const scheduler = {
    contractVersion: 1, name: 'serial', supports: { workers: false, resize: false, callerParticipates: true },
    start() {}, parallelFor() {}, resize() {}, stop() {}, stats: () => ({ participants: [] }),
  };
  await SessionManager.start({ behavior: walker, scheduler });
  export { walker };`;

describe('a behaviour that cannot be imported is a clear error:', () => {
  it('no such file', async () => {
    await refused(descriptor(folder.url('gone.js')), 'there is no such file. Build it, or correct the URL given to defineBehavior');
  });

  it('no such file, but its source', async () => {
    folder.write('source-only.ts', '');
    await refused(
      descriptor(folder.url('source-only.js')),
      'there is no such file; source-only.ts is there. Build it, or correct the URL given to defineBehavior',
    );
  });

  it('a package that it imports is not installed', async () => {
    const url = folder.write('unpacked.mjs', `import 'not-installed';`);
    await refused(descriptor(url), `Cannot find package 'not-installed' imported from ${folder.path('unpacked.mjs')}`);
  });

  it('an import that names .js where only .ts is', async () => {
    folder.write('lib/pace.ts', 'export const pace = 1;');
    const url = folder.write('lib/walker.mjs', `import './pace.js';`);
    await refused(
      descriptor(url),
      `Cannot find module '${folder.path('lib/pace.js')}' imported from ${folder.path('lib/walker.mjs')}; pace.ts is there. ` +
        'Node.js takes specifiers as they are written: import "./pace.ts" (rewriteRelativeImportExtensions in tsconfig.json turns it ' +
        `into .js in a build), or give the manager ${TSX_HINT}`,
    );
  });

  it('it throws, with what was thrown as its cause', async () => {
    const url = folder.write('throws.mjs', `throw new RangeError('the map has no floor', { cause: new Error('floor.bin is empty') });`);
    await refused(descriptor(url), 'RangeError: the map has no floor');
    const error = (await imported([descriptor(url)]).catch((caught: unknown) => caught)) as Error;
    expect(error.cause).toMatchObject({ name: 'RangeError', message: 'the map has no floor', cause: { message: 'floor.bin is empty' } });
    expect((error.cause as Error).stack).toContain('throws.mjs:1:7');
  });

  it('a scheme that Node.js does not import', async () => {
    await expect(imported([descriptor('https://bots.invalid/walker.js')])).rejects.toEqual(
      failure('ERR_BEHAVIOR_IMPORT', /from https:\/\/bots\.invalid\/walker\.js: Error: Only URLs with a scheme in: file/),
    );
  });

  it('no behaviour of that name, listing those that are there', async () => {
    await refused(descriptor(walker, { name: 'runner' }), 'that module exports no behaviour of this name, but "walker"');
  });

  it('no behaviour at all, as in a bundle whose import.meta.url is the bundle', async () => {
    const advice =
      "Export the behaviour; if the module is a bundle, import.meta.url is the bundle itself: build the behaviour's module as an entry " +
      "of its own and give defineBehavior its URL, such as new URL('./walker.js', import.meta.url)";
    const url = folder.write('bundle.mjs', 'export const started = true; export default 3;');
    await refused(descriptor(url), `that module exports no behaviour: only default, started. ${advice}`);
    await refused(descriptor(folder.write('empty.mjs', '')), `that module exports no behaviour: nothing. ${advice}`);
  });

  it('the module is a program that starts a manager, which a thread must not do again', async () => {
    const url = folder.write('program.mjs', PROGRAM);
    await refused(
      descriptor(url),
      'a manager was started in a thread that is there to run behaviours. The module starts a manager when it is imported: keep the ' +
        'behaviour in a module of its own that does nothing but define it. If it is a bundle, build that module as an entry of its own ' +
        'and give defineBehavior its URL',
    );
  });

  it.each([
    ['another type', ['x: f64', 'name: text[16]'], 'field 1 is "x: f32" there and "x: f64" at the host'],
    ['another name', ['x: f32', 'title: text[16]'], 'field 2 is "name: text[16]" there and "title: text[16]" at the host'],
    ['another length', ['x: f32', 'name: text[32]'], 'field 2 is "name: text[16]" there and "name: text[32]" at the host'],
    ['another order', ['name: text[16]', 'x: f32'], 'field 1 is "x: f32" there and "name: text[16]" at the host'],
    ['one field more', ['x: f32', 'name: text[16]', 'y: f32'], 'field 3 is missing there and "y: f32" at the host'],
    ['one field less', ['x: f32'], 'field 2 is "name: text[16]" there and missing at the host'],
  ])("a state that is not the host's: %s", async (_what, layout, difference) => {
    await refused(
      descriptor(walker, { layout }),
      `its state there is not the one that the host has: ${difference}. The file may be from an older build, or the URL given to ` +
        'defineBehavior may name another file',
    );
  });

  it('a workerSetup module that fails, by its own URL, before any behaviour is imported', async () => {
    const setup = folder.write('bad-setup.mjs', `throw new Error('no loader');`);
    await expect(imported([descriptor(folder.url('gone.js'))], [setup])).rejects.toEqual(
      failure('ERR_BEHAVIOR_IMPORT', `workerSetup ${setup} failed: Error: no loader`),
    );
  });

  it('a workerSetup module that is not there, or is a program: what is to be corrected is workerSetup', async () => {
    const gone = folder.url('gone-setup.mjs');
    folder.write('gone-setup.ts', '');
    await expect(imported([descriptor(walker)], [gone])).rejects.toEqual(
      failure(
        'ERR_BEHAVIOR_IMPORT',
        `workerSetup ${gone} failed: there is no such file; gone-setup.ts is there. Build it, or correct its entry in workerSetup`,
      ),
    );
    const program = folder.write('setup-program.mjs', PROGRAM);
    await expect(imported([descriptor(walker)], [program])).rejects.toEqual(
      failure(
        'ERR_BEHAVIOR_IMPORT',
        /manager when it is imported: workerSetup is for what worker threads need before they import behaviours$/,
      ),
    );
  });
});

describe('a behaviour in TypeScript', () => {
  const typed = folder.write('typed/walker.ts', WALKER.replace('update(session)', 'update(session: { state: { x: number } }): void'));
  const enums = folder.write('typed/enums.ts', `enum Mood { Glad }\nexport default Mood;`);
  const types = folder.write('typed/types.ts', `import { Mood } from './mood.ts';\nexport const mood: Mood = 1;`);
  folder.write('typed/mood.ts', 'export type Mood = number;');
  const unknown = (file: string) =>
    `Unknown file extension ".ts" for ${folder.path(file)}. Node.js ${process.versions.node} does not run TypeScript here: use Node.js ` +
    `22.18 or newer without --no-strip-types, or give the manager ${TSX_HINT}, or run built JavaScript`;

  it('is imported where Node.js removes types; elsewhere the error says what does', async () => {
    if (stripsTypes) await imported([descriptor(typed)]);
    else await refused(descriptor(typed), unknown('typed/walker.ts'));
  });

  it('with syntax that is more than types: the error says where it is and what does', async () => {
    await refused(
      descriptor(enums),
      stripsTypes
        ? `${folder.path('typed/enums.ts')}:1: TypeScript enum is not supported in strip-only mode. Node.js only removes types: leave out ` +
            `enums, namespaces and parameter properties (erasableSyntaxOnly in tsconfig.json), or give the manager ${TSX_HINT}, or run ` +
            'built JavaScript'
        : unknown('typed/enums.ts'),
    );
  });

  it('with a type imported as a value: the error says where it is and what does', async () => {
    await refused(
      descriptor(types),
      stripsTypes
        ? `${folder.path('typed/types.ts')}:1: The requested module './mood.ts' does not provide an export named 'Mood'. If that is a type, import it with ` +
            '"import type" (verbatimModuleSyntax in tsconfig.json): Node.js only removes what is marked as one'
        : unknown('typed/types.ts'),
    );
  });

  it('is imported by the tsx one of workerSetup, whatever the syntax, on every Node.js', async () => {
    const whole = folder.write('typed/whole.ts', `enum Pace { Slow = 1 }\n${WALKER.replace('+= 1', '+= Pace.Slow')}`);
    await imported([descriptor(typed), descriptor(whole, { name: 'whole' })], [new URL('worker-setup-tsx.js', CORE).href]);
  });
});
